-- The actors of changes: `{role, subject, key_id}` of the principal; null for what no principal did, as the end of a hold
-- by its expiry, and for everything that happened without access control.
alter table reservation add column changed_by jsonb;      -- beside changed_at
alter table reservation_event add column actor jsonb;
alter table slot add column changed_by jsonb;             -- of its last offer or withdrawal
alter table orders add column changed_by jsonb;
alter table event add column actor jsonb;
-- The clients of the listed reservations, in parallel with them.
alter table event add column client_ids bigint[];

-- Counts the live holds of a client when their number is limited.
create index reservation_held_of_client on reservation (client_id) where status = 'held';

-- Trigger on reservation, after insert: adds the new claims to their slots and writes the history.
--
-- The version of a slot increases by one for each reservation that claims or frees units of it. A reader can therefore
-- compute the version before expired holds are marked as such, whether they are marked one at a time or together.
create or replace function reservation_inserted() returns trigger
language plpgsql as $$
begin
  update slot
     set claimed = slot.claimed + added.quantity, version = slot.version + added.changes
    from (select new_rows.slot_id, sum(new_rows.quantity) as quantity, count(*) as changes
            from new_rows where new_rows.status in ('held', 'confirmed') group by new_rows.slot_id) added
   where slot.id = added.slot_id;
  insert into reservation_event (reservation_id, at, status, slot_id, quantity, price_amount, price_currency, expires_at,
                                 actor)
    select id, changed_at, status, slot_id, quantity, price_amount, price_currency, expires_at,
           changed_by
      from new_rows order by id;
  return null;
end
$$;

-- Trigger on reservation, before update of status: refuses changes that the state machine does not have. A cancelled,
-- expired or conflicting reservation never changes again, and a confirmed one becomes only cancelled or conflicting. No
-- principal makes a hold expire or a supplier refuse, whatever principal changed the reservation before.
create or replace function reservation_states() returns trigger
language plpgsql as $$
begin
  if old.status in ('cancelled', 'expired', 'conflict')
     or (old.status = 'confirmed' and new.status not in ('confirmed', 'cancelled', 'conflict')) then
    raise exception 'a % reservation cannot become %', old.status, new.status
      using errcode = 'check_violation', constraint = 'reservation_states';
  end if;
  if new.status in ('expired', 'conflict') then
    new.changed_by := null;
  end if;
  return new;
end
$$;

-- Trigger on reservation, after update: moves claimed units between slots and writes the history.
create or replace function reservation_updated() returns trigger
language plpgsql as $$
begin
  update slot
     set claimed = slot.claimed + moved.quantity, version = slot.version + moved.changes
    from (select change.slot_id, sum(change.quantity) as quantity, count(*) as changes
            from (select each_row.slot_id, sum(each_row.quantity) as quantity
                    from (select new_rows.id, new_rows.slot_id, new_rows.quantity from new_rows
                           where new_rows.status in ('held', 'confirmed')
                          union all
                          select old_rows.id, old_rows.slot_id, -old_rows.quantity from old_rows
                           where old_rows.status in ('held', 'confirmed')) each_row
                   group by each_row.id, each_row.slot_id having sum(each_row.quantity) <> 0) change
           group by change.slot_id) moved
   where slot.id = moved.slot_id;
  insert into reservation_event (reservation_id, at, status, slot_id, quantity, price_amount, price_currency, expires_at,
                                 actor)
    select id, changed_at, status, slot_id, quantity, price_amount, price_currency, expires_at,
           changed_by
      from new_rows order by id;
  return null;
end
$$;

drop function hold_slots(bigint[], bigint[], integer[], integer[], jsonb, interval, interval);
-- Called by src/modules/reservations/booking/hold-store.ts. Decides many holds for many clients in one statement,
-- which is one transaction and one round trip.
--
-- The order of the steps matters:
-- 1. Lock the slots, in id order, so that no two calls deadlock.
-- 2. Lock the clients, in id order, if their holds are limited: two calls must not both give one client its last hold.
-- 3. Read the clock. If it were read before the wait for the locks, a hold that expired during the wait would still
--    count as live.
-- 4. Mark expired holds of these slots, so that their units are free whether or not a sweep has run.
-- 5. Read the slots in a new statement, which sees everything that was committed during the wait.
--
-- Minimum notice applies to providers' slots only, because a supplier decides itself how late it sells. No slot that
-- has begun can be held.
--
-- Outcomes: held, no_such_slot, no_such_client, closed, too_soon, changed, taken, no_such_pax, pax_refused,
-- too_many_holds: the client has p_max_live_holds already (null: no limit). With
-- `taken`, `remaining` is the number of units left of the slot, or of the pax type that ran short. With `pax_refused`,
-- `refused_pax` is that of priced_pax. `slot_version` is the version after the decision. The other columns are those of a `Reservation` (reservation.ts).
-- `p_actor` is an array with the actor of each request, or null if none has one.
create function hold_slots(
  p_slot bigint[], p_client bigint[], p_quantity integer[], p_version integer[], p_pax jsonb, p_ttl interval,
  p_notice interval, p_max_live_holds integer, p_actor jsonb
)
returns table (
  place integer, outcome text, slot_version integer, remaining integer, reservation_id bigint, slot_id bigint,
  provider_id bigint, client_id bigint, quantity integer, status text, start_time timestamptz, end_time timestamptz,
  created_at timestamptz, expires_at timestamptz, confirmed_at timestamptz, price_amount numeric, price_currency text,
  name text, pax jsonb, refused_pax jsonb
)
language plpgsql as $$
#variable_conflict use_column
declare
  v_now timestamptz;
  v_request record;
  v_slot bigint;
  v_free integer;
  v_version integer;
  v_pax_outcome text;
  v_pax_remaining integer;
  v_ids bigint[] := '{}';
  v_slots bigint[] := '{}';
  v_clients bigint[] := '{}';
  v_quantities integer[] := '{}';
  v_pax jsonb[] := '{}';
  v_actors jsonb[] := '{}';
begin
  perform from slot where id = any (p_slot) order by id for no key update;
  if p_max_live_holds is not null then
    perform from client where id = any (p_client) order by id for no key update;
  end if;
  v_now := holdfast_clock();
  -- Locked in id order first, as in confirm_reservations. The update alone would lock them in the order it finds them.
  perform from reservation r where r.slot_id = any (p_slot) and r.status = 'held' and r.expires_at <= v_now
    order by r.id for no key update;
  if found then
    update reservation r set status = 'expired', changed_at = r.expires_at
     where r.slot_id = any (p_slot) and r.status = 'held' and r.expires_at <= v_now;
  end if;

  for v_request in
    select request.place::integer as place, request.slot_id, request.client_id, request.quantity, request.version,
           p_pax -> (request.place::integer - 1) as pax, s.id as known_slot, c.id as known_client,
           s.provider_id, s.starts_at, s.ends_at, s.closed_at, s.capacity - s.claimed as free,
           s.version as slot_version, s.name, s.pax as slot_pax, s.price_amount, s.price_currency
      from unnest(p_slot, p_client, p_quantity, p_version)
           with ordinality as request (slot_id, client_id, quantity, version, place)
      left join slot s on s.id = request.slot_id
      left join client c on c.id = request.client_id
     order by request.slot_id, request.place
  loop
    if v_slot is distinct from v_request.slot_id then
      v_slot := v_request.slot_id;
      v_free := v_request.free;
      v_version := v_request.slot_version;
    end if;
    v_pax_outcome := null;
    v_pax_remaining := null;
    pax := null;
    refused_pax := null;
    if v_request.slot_pax is not null or jsonb_typeof(v_request.pax) = 'array' then
      select priced.outcome, priced.remaining, priced.pax, priced.refused
        into v_pax_outcome, v_pax_remaining, pax, refused_pax
        from priced_pax(v_request.slot_pax, nullif(v_request.pax, 'null'), v_request.quantity) priced;
    end if;
    outcome := case
      when v_request.known_slot is null then 'no_such_slot'
      when v_request.known_client is null then 'no_such_client'
      when v_request.provider_id is not null and v_request.starts_at < v_now + p_notice then 'too_soon'
      when v_request.closed_at is not null or v_request.starts_at <= v_now then 'closed'
      when v_request.version is not null and v_request.version <> v_version then 'changed'
      when v_free < v_request.quantity then 'taken'
      else coalesce(v_pax_outcome, 'held') end;
    if outcome = 'held' and p_max_live_holds is not null
       and cardinality(array_positions(v_clients, v_request.client_id))
           + (select count(*) from reservation r
               where r.client_id = v_request.client_id and r.status = 'held' and r.expires_at > v_now)
           >= p_max_live_holds then
      outcome := 'too_many_holds';
    end if;
    reservation_id := null;
    if outcome = 'held' then
      reservation_id := nextval('reservation_id_seq');
      v_free := v_free - v_request.quantity;
      v_version := v_version + 1;
      v_ids := v_ids || reservation_id;
      v_slots := v_slots || v_request.slot_id;
      v_clients := v_clients || v_request.client_id;
      v_quantities := v_quantities || v_request.quantity;
      v_pax := array_append(v_pax, pax);
      v_actors := array_append(v_actors, nullif(p_actor -> (v_request.place - 1), 'null'));
    end if;
    place := v_request.place;
    slot_version := v_version;
    -- More may be claimed of a supplier's slot than the supplier has.
    remaining := greatest(0, least(v_free, v_pax_remaining));
    slot_id := v_request.slot_id;
    provider_id := v_request.provider_id;
    client_id := v_request.client_id;
    quantity := v_request.quantity;
    status := 'held';
    start_time := v_request.starts_at;
    end_time := v_request.ends_at;
    created_at := v_now;
    expires_at := v_now + p_ttl;
    price_amount := v_request.price_amount;
    price_currency := v_request.price_currency;
    name := v_request.name;
    return next;
  end loop;

  if cardinality(v_ids) > 0 then
    insert into reservation (id, slot_id, client_id, provider_id, quantity, price_amount, price_currency, pax, status,
                             held_at, expires_at, changed_at, changed_by)
      select held.id, held.slot_id, held.client_id, s.provider_id, held.quantity, s.price_amount, s.price_currency, held.pax, 'held',
             v_now, v_now + p_ttl, v_now, held.actor
        from unnest(v_ids, v_slots, v_clients, v_quantities, v_pax, v_actors)
               as held (id, slot_id, client_id, quantity, pax, actor)
        join slot s on s.id = held.slot_id;
  end if;
end
$$;

drop function confirm_reservations(bigint[], bigint[]);
-- Called by src/modules/reservations/booking/hold-store.ts. Decides many confirmations in one statement.
--
-- The reservations are locked first, in id order, and the clock is read after the wait, so that no hold is confirmed
-- at or after the instant it expires. Slots are not locked or changed: a confirmed unit stays claimed.
--
-- Outcomes: confirmed, no_such_reservation, no_such_client, foreign, already_confirmed, expired, ended. The other
-- columns are those of a `Reservation` (reservation.ts), as it is after the decision.
-- `p_actor` is an array with the actor of each request, or null if none has one.
create function confirm_reservations(p_reservation bigint[], p_client bigint[], p_actor jsonb)
returns table (
  place integer, outcome text, reservation_id bigint, slot_id bigint, provider_id bigint, client_id bigint,
  quantity integer, status text, start_time timestamptz, end_time timestamptz, created_at timestamptz,
  expires_at timestamptz, confirmed_at timestamptz, price_amount numeric, price_currency text, name text, pax jsonb
)
language plpgsql as $$
#variable_conflict use_column
declare
  v_now timestamptz;
  v_request record;
  v_ids bigint[] := '{}';
  v_actors jsonb[] := '{}';
begin
  perform from reservation where id = any (p_reservation) order by id for no key update;
  v_now := holdfast_clock();
  for v_request in
    select request.place::integer as place, request.client_id as requested_by, c.id as known_client, r.*,
           s.provider_id, s.starts_at, s.ends_at, s.name
      from unnest(p_reservation, p_client) with ordinality as request (reservation_id, client_id, place)
      left join reservation r on r.id = request.reservation_id
      left join slot s on s.id = r.slot_id
      left join client c on c.id = request.client_id
     order by request.place
  loop
    place := v_request.place;
    reservation_id := v_request.id;
    slot_id := v_request.slot_id;
    provider_id := v_request.provider_id;
    client_id := v_request.client_id;
    quantity := v_request.quantity;
    status := v_request.status;
    start_time := v_request.starts_at;
    end_time := v_request.ends_at;
    created_at := v_request.held_at;
    expires_at := v_request.expires_at;
    confirmed_at := v_request.decided_at;
    price_amount := v_request.price_amount;
    price_currency := v_request.price_currency;
    name := v_request.name;
    pax := v_request.pax;
    outcome := case
      when v_request.known_client is null then 'no_such_client'
      when v_request.id is null then 'no_such_reservation'
      when v_request.client_id <> v_request.requested_by then 'foreign'
      when v_request.status = 'confirmed' or v_request.id = any (v_ids) then 'already_confirmed'
      when v_request.status = 'expired' or (v_request.status = 'held' and v_request.expires_at <= v_now) then 'expired'
      when v_request.status = 'held' then 'confirmed'
      else 'ended' end;
    if outcome = 'confirmed' then
      v_ids := v_ids || v_request.id;
      v_actors := array_append(v_actors, nullif(p_actor -> (v_request.place - 1), 'null'));
      status := 'confirmed';
      confirmed_at := v_now;
    end if;
    return next;
  end loop;
  if cardinality(v_ids) > 0 then
    update reservation r
       set status = 'confirmed', decided_at = v_now, changed_at = v_now, changed_by = confirmed.actor
      from unnest(v_ids, v_actors) as confirmed (id, actor) where r.id = confirmed.id;
  end if;
end
$$;

drop function expire_due_holds(integer);
-- Called by src/modules/reservations/booking/reservation-store.ts. Marks the expired holds
-- on the slots of the p_limit holds that expired first, of one provider or of all, and returns them. Nothing depends on it: holding and listing compare expires_at with the clock themselves.
--
-- It locks slots before reservations, each in id order, like every other writer.
create function expire_due_holds(p_limit integer, p_provider bigint)
returns table (reservation_id bigint, slot_id bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  v_slots bigint[];
  v_now timestamptz := holdfast_clock();
begin
  select array_agg(locked.id) into v_slots
    from (select s.id from slot s
           where s.id in (select r.slot_id from reservation r
                           where r.status = 'held' and r.expires_at <= v_now
                             and (p_provider is null or r.provider_id = p_provider)
                           order by r.expires_at limit p_limit)
           order by s.id for no key update) locked;
  perform from reservation r where r.slot_id = any (v_slots) and r.status = 'held' and r.expires_at <= v_now
    order by r.id for no key update;
  return query
    update reservation r set status = 'expired', changed_at = r.expires_at
     where r.slot_id = any (v_slots) and r.status = 'held' and r.expires_at <= v_now
    returning r.id, r.slot_id;
end
$$;

-- Trigger on reservation. Announces inserted reservations to views under the topic `claim`, and logs them as events.
create or replace function announce_claims_inserted() returns trigger
language plpgsql as $$
declare
  v_keys text[];
begin
  with changed as materialized (
    select r.id, r.slot_id, r.client_id, r.status,
           r.changed_by as actor,
           (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from new_rows r
  ), size as (
    select count(*) as rows from (select from changed limit 201) first_rows
  ), logged as (
    insert into event (kind, attributes, actor, reservation_ids, slot_ids, provider_ids, client_ids)
      select 'reservation', jsonb_build_object('status', status), actor, array_agg(id), array_agg(slot_id),
             array_agg(provider_id), array_agg(client_id)
        from changed, size where rows <= 200 group by status, actor
  ), logged_bulk as (
    insert into event (kind, is_bulk) select 'reservation', true from size where rows > 200
  )
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key from changed limit 201) claims;
  perform announce_claim_keys(v_keys);
  return null;
end
$$;

-- Trigger on reservation. Does the same for updated reservations, and for the slots that they moved away from.
create or replace function announce_claims_updated() returns trigger
language plpgsql as $$
declare
  v_keys text[];
begin
  with changed as materialized (
    select r.id, r.slot_id, r.client_id, r.status,
           r.changed_by as actor,
           (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from new_rows r
  ), size as (
    select count(*) as rows from (select from changed limit 201) first_rows
  ), logged as (
    insert into event (kind, attributes, actor, reservation_ids, slot_ids, provider_ids, client_ids)
      select 'reservation', jsonb_build_object('status', status), actor, array_agg(id), array_agg(slot_id),
             array_agg(provider_id), array_agg(client_id)
        from changed, size where rows <= 200 group by status, actor
  ), logged_bulk as (
    insert into event (kind, is_bulk) select 'reservation', true from size where rows > 200
  ), freed as materialized (
    select r.slot_id, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from old_rows r join new_rows using (id) where r.slot_id <> new_rows.slot_id
  ), logged_freed as (
    insert into event (kind, slot_ids, provider_ids)
      select 'slot', array_agg(slot_id), array_agg(provider_id) from freed, size where rows <= 200 having count(*) > 0
  )
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key
            from (select slot_id, provider_id from changed union all select slot_id, provider_id from freed) claims
           limit 201) claims;
  perform announce_claim_keys(v_keys);
  return null;
end
$$;

-- Trigger on write_back. Logs the desired state of bookings at their suppliers, and the progress of their write-back.
create or replace function log_bookings() returns trigger
language plpgsql as $$
begin
  if (select count(*) from (select from new_rows limit 201) first_rows) > 200 then
    insert into event (kind, is_bulk) values ('booking', true);
  elsif tg_op = 'INSERT' then
    insert into event (kind, attributes, reservation_ids, slot_ids, client_ids)
      select 'booking', jsonb_build_object('supplier_id', supplier_id, 'desired_state', desired_state, 'state', state),
             array_agg(reservation_id), array_agg(slot_id),
             array_agg((select r.client_id from reservation r where r.id = reservation_id))
        from new_rows group by supplier_id, desired_state, state;
  else
    insert into event (kind, attributes, reservation_ids, slot_ids, client_ids)
      select 'booking',
             jsonb_build_object('supplier_id', w.supplier_id, 'desired_state', w.desired_state, 'state', w.state),
             array_agg(w.reservation_id), array_agg(w.slot_id),
             array_agg((select r.client_id from reservation r where r.id = w.reservation_id))
        from new_rows w join old_rows o using (reservation_id)
       where (w.desired_state, w.state) <> (o.desired_state, o.state)
       group by w.supplier_id, w.desired_state, w.state;
  end if;
  return null;
end
$$;

drop function log_slots(bigint[], bigint[]);
-- Called by the three triggers on slot below. One statement has one actor. Logs a change of slots, or a bulk change for more than 200.
create function log_slots(p_slot_ids bigint[], p_provider_ids bigint[], p_actor jsonb) returns void
language plpgsql as $$
begin
  if cardinality(p_slot_ids) > 200 then
    insert into event (kind, is_bulk, actor) values ('slot', true, p_actor);
  elsif cardinality(p_slot_ids) > 0 then
    insert into event (kind, slot_ids, provider_ids, actor) values ('slot', p_slot_ids, p_provider_ids, p_actor);
  end if;
end
$$;

-- Trigger on slot. Announces inserted slots to views, as before, and logs them.
create or replace function announce_slot_inserted() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(select distinct provider_id from new_rows where provider_id is not null limit 201));
  perform log_slots(array_agg(id), array_agg(provider_id), (array_agg(changed_by))[1])
    from (select id, provider_id, changed_by from new_rows limit 201) first_rows;
  return null;
end
$$;

-- Trigger on slot. Does the same for slots that changed in what is visible of them, which their claims are not part of.
create or replace function announce_slot_updated() returns trigger
language plpgsql as $$
declare
  v_slot_ids bigint[];
  v_provider_ids bigint[];
  v_actor jsonb;
begin
  select array_agg(id), array_agg(provider_id), (array_agg(changed_by))[1] into v_slot_ids, v_provider_ids, v_actor
    from (select new_rows.id, new_rows.provider_id, new_rows.changed_by
            from new_rows join old_rows using (id)
           where (new_rows.provider_id, new_rows.starts_at, new_rows.ends_at, new_rows.capacity, new_rows.closed_at,
                  new_rows.price_amount, new_rows.price_currency, new_rows.pax)
                 is distinct from (old_rows.provider_id, old_rows.starts_at, old_rows.ends_at, old_rows.capacity,
                  old_rows.closed_at, old_rows.price_amount, old_rows.price_currency, old_rows.pax)
           limit 201) changed;
  -- The usual case ends here: units of the slots were claimed or released, and nothing else changed.
  if v_slot_ids is null then
    return null;
  end if;
  perform log_slots(v_slot_ids, v_provider_ids, v_actor);
  perform announce_providers(array(
    select distinct provider.id
      from new_rows
      join old_rows using (id)
      cross join lateral (values (new_rows.provider_id), (old_rows.provider_id)) provider (id)
     where provider.id is not null
       and (new_rows.provider_id, new_rows.starts_at, new_rows.ends_at, new_rows.capacity, new_rows.closed_at)
           is distinct from (old_rows.provider_id, old_rows.starts_at, old_rows.ends_at, old_rows.capacity, old_rows.closed_at)
     limit 201));
  return null;
end
$$;

-- Trigger on slot. Does the same for deleted slots.
create or replace function announce_slot_deleted() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(select distinct provider_id from old_rows where provider_id is not null limit 201));
  perform log_slots(array_agg(id), array_agg(provider_id), null) from (select id, provider_id from old_rows limit 201) first_rows;
  return null;
end
$$;

-- Trigger on reservation. Places an order in the transaction that confirms a reservation on a priced slot, changes it
-- when the reservation moves to another slot, and cancels it in the transaction that cancels the reservation or finds
-- it in conflict.
--
-- A trigger does this, and not the program that confirms, for three reasons. Every program that confirms a reservation
-- places its order; none can forget to. Confirming many holds stays one statement and one round trip, without a lock
-- held while a process is busy; a step in the program would make it a transaction of three round trips, also for the
-- many reservations that cost nothing. And the reservations module does not depend on orders, which depends on it.
create or replace function sync_orders_with_reservations() returns trigger
language plpgsql as $$
begin
  -- The usual case ends here: no reservation that costs something was confirmed, moved or ended.
  perform from changed
    where changed.status in ('confirmed', 'cancelled', 'conflict')
      and (changed.price_amount is not null or changed.pax is not null
           or exists (select from orders o where o.reservation_id = changed.id));
  if not found then
    return null;
  end if;

  update orders o set status = 'cancelled', changed_by = changed.changed_by
    from changed
   where o.reservation_id = changed.id and o.status = 'open' and changed.status in ('cancelled', 'conflict');

  -- A reservation that has moved to another slot keeps its order, with the new time and price. A free slot costs 0.
  update orders o set currency = changed.price_currency
    from changed
   where o.reservation_id = changed.id and o.status = 'open' and changed.status = 'confirmed' and changed.pax is null
     and o.currency <> changed.price_currency;
  update order_line l
     set description = describe_slot(s.name, s.provider_id, s.starts_at, s.ends_at), quantity = changed.quantity,
         unit_price = coalesce(changed.price_amount, 0)
    from changed join slot s on s.id = changed.slot_id join orders o on o.reservation_id = changed.id
   where l.order_id = o.id and o.status = 'open' and changed.status = 'confirmed' and changed.pax is null
     and (l.description, l.quantity, l.unit_price)
         is distinct from (describe_slot(s.name, s.provider_id, s.starts_at, s.ends_at), changed.quantity,
                           coalesce(changed.price_amount, 0));

  with confirmed as (
    select changed.id, changed.quantity, changed.pax, changed.changed_at, changed.changed_by, changed.price_amount, cost.currency,
           describe_slot(s.name, s.provider_id, s.starts_at, s.ends_at) as description,
           c.first_name || ' ' || c.last_name as customer
      from changed join slot s on s.id = changed.slot_id join client c on c.id = changed.client_id
     cross join lateral (
       -- Each pax type has its own price. The price of the slot is that of one of them and is not used here.
       select changed.price_currency as currency where changed.pax is null and changed.price_amount is not null
       union all
       select min(chosen #>> '{price,currency}') from jsonb_array_elements(changed.pax) chosen
       having bool_or((chosen #>> '{price,amount}')::numeric > 0)
     ) cost
     where changed.status = 'confirmed'
       and not exists (select from orders o where o.reservation_id = changed.id)
  ), placed as (
    insert into orders (customer, ordered_at, currency, reservation_id, changed_by)
      select customer, changed_at, currency, id, changed_by from confirmed order by id
    returning id, reservation_id
  )
  insert into order_line (order_id, line, description, quantity, unit_price)
    select placed.id, lines.line, concat_ws(', ', confirmed.description, lines.name), lines.quantity, lines.amount
      from placed join confirmed on confirmed.id = placed.reservation_id
     cross join lateral (
       select 1 as line, null as name, confirmed.quantity, confirmed.price_amount as amount where confirmed.pax is null
       union all
       select place, pax ->> 'name', (pax ->> 'quantity')::integer, (pax #>> '{price,amount}')::numeric
         from jsonb_array_elements(confirmed.pax) with ordinality as chosen (pax, place)
     ) lines;
  return null;
end
$$;
