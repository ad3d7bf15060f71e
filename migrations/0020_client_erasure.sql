-- Clients that have been erased: their names are gone, and their ids and reservations stay.

alter table client add column erased_at timestamptz;  -- set: the names are placeholders, and nothing is reserved for it

-- Reports of erasures: how much each removed in which place, and nothing of the removed data. The report is repeated when the erasure is.
create table client_erasure (
  id bigint generated always as identity primary key,  -- rises with each erasure: see fan_out
  client_id bigint not null unique references client (id),
  erased_at timestamptz not null,
  erased_by jsonb,
  report jsonb not null
);

-- The functions below differ from those of earlier migrations in what they do with an erased client.

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
create or replace function hold_slots(
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
      left join client c on c.id = request.client_id and c.erased_at is null
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

-- Called by src/modules/reservations/booking/hold-store.ts. Decides many confirmations in one statement.
--
-- The reservations are locked first, in id order, and the clock is read after the wait, so that no hold is confirmed
-- at or after the instant it expires. Slots are not locked or changed: a confirmed unit stays claimed.
--
-- Outcomes: confirmed, no_such_reservation, no_such_client, foreign, already_confirmed, expired, ended. The other
-- columns are those of a `Reservation` (reservation.ts), as it is after the decision.
-- `p_actor` is an array with the actor of each request, or null if none has one.
create or replace function confirm_reservations(p_reservation bigint[], p_client bigint[], p_actor jsonb)
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
      left join client c on c.id = request.client_id and c.erased_at is null
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

-- Called by src/modules/webhooks/outbox/fan-out.ts. Makes deliveries of events: the item p_item[n] is an event with a
-- body, of the row p_position[item] of the log, and the pairs say which webhook gets which item. The rows are fanned out
-- for the webhooks p_webhooks and stay in the outbox for others; what was fanned out meanwhile is left alone.
-- Returns false, and does nothing, if a client was erased after p_last_erasure: the bodies may name it.
--
-- One statement, so that a process that freezes or dies leaves no lock behind. It is for the caller to pass the first rows
-- that it read, in the order of `position`: the earlier event of a reservation has the smaller position, because it was
-- logged under the reservation's lock, and is visible to everyone who sees the later one.
drop function fan_out(bigint[], bigint[], bigint[], text[], text[], text[], timestamptz[], text[], integer[], bigint[]);
create function fan_out(p_rows bigint[], p_webhooks bigint[], p_position bigint[], p_event_id text[], p_type text[],
                        p_order_key text[], p_occurred_at timestamptz[], p_body text[], p_pair_item integer[],
                        p_pair_webhook bigint[], p_last_erasure bigint default null)
returns boolean
language plpgsql
-- The planner cannot know the lengths of the lists, and would compare each item with each pair. To plan for each call took
-- longer than the call.
set enable_nestloop = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  v_positions bigint[];
  v_webhooks bigint[];
begin
  perform pg_advisory_xact_lock(hashtextextended('fan_out', 0));
  if p_last_erasure is not null and exists (select from client_erasure where id > p_last_erasure) then
    return false;
  end if;
  -- The webhooks that each row is fanned out for now.
  with taken as materialized (
    select position, webhook_id, webhook_id = any (p_webhooks) as is_now
      from event cross join lateral unnest(webhook_ids) as webhook_id
     where position = any (p_rows) and webhook_ids is not null
  ), kept as (
    update event set webhook_ids = rest.webhook_ids
      from (select position, array_agg(webhook_id) filter (where not is_now) as webhook_ids
              from taken group by position having bool_or(is_now)) rest
     where event.position = rest.position
  )
  select array_agg(position), array_agg(webhook_id) into v_positions, v_webhooks from taken where is_now;
  -- A result that is stored at the same time waits for this lock, and then finds what waits behind it.
  perform from unnest(p_pair_item, p_pair_webhook) as pair (item, webhook_id)
          join unnest(p_order_key) with ordinality as ordered (order_key, place) on ordered.place = pair.item
         cross join lateral (
           select from webhook_delivery d
            where d.webhook_id = pair.webhook_id and d.order_key = ordered.order_key and d.status = 'pending'
            order by d.id desc limit 1 for no key update) earlier;
  with item as (
    select * from unnest(p_position, p_event_id, p_type, p_order_key, p_occurred_at, p_body)
      with ordinality as each_item (position, event_id, type, order_key, occurred_at, body, place)
  ), pair as (
    select item.*, w.id as webhook_id,
           row_number() over (partition by w.id, item.order_key order by item.place) as turn
      from unnest(p_pair_item, p_pair_webhook) as pair (item, webhook_id)
      join item on item.place = pair.item
      join unnest(v_positions, v_webhooks) as taken (position, webhook_id)
        on taken.position = item.position and taken.webhook_id = pair.webhook_id
      join webhook w on w.id = pair.webhook_id
  ), added as (
    insert into webhook_event (event_id, type, occurred_at, body)
      select event_id, type, occurred_at, body from item where place in (select place from pair) order by place
      on conflict (event_id) do nothing
    returning id, event_id
  ), stored as (
    select id, event_id from added
    union all
    -- An event that another call has stored, for other webhooks.
    select e.id, e.event_id from webhook_event e where e.event_id = any (p_event_id)
  )
  insert into webhook_delivery (webhook_id, event_key, order_key, due_at)
    select pair.webhook_id, stored.id, pair.order_key,
           case when pair.order_key is null
                     or (pair.turn = 1 and not exists (
                           select from webhook_delivery d
                            where d.webhook_id = pair.webhook_id and d.order_key = pair.order_key and d.status = 'pending'))
                then holdfast_clock() end
      from pair join stored using (event_id) order by pair.place, pair.webhook_id;
  return true;
end
$$;
