create table webhook (
  id bigint generated always as identity primary key,
  url text not null,
  events text[],                    -- types, and prefixes such as `reservation.*`; null for all
  description text,
  provider_id bigint references provider (id) on delete cascade,  -- set: it receives only what concerns this provider
  status text not null default 'active' check (status in ('active', 'disabled')),
  disabled_reason text,
  failures integer not null default 0,  -- attempts that failed in a row
  failing_since timestamptz,            -- set when they are five
  created_at timestamptz not null default holdfast_clock(),
  created_by jsonb,
  constraint webhook_says_why_it_is_disabled check ((status = 'disabled') = (disabled_reason is not null))
);
create index webhook_of_provider on webhook (provider_id, id);

-- The secrets that sign the deliveries of a webhook. One that was replaced signs too, until it ends.
create table webhook_secret (
  id bigint generated always as identity primary key,
  webhook_id bigint not null references webhook (id) on delete cascade,
  sealed text not null,             -- encrypted when there is a HOLDFAST_SECRET_KEY: src/modules/webhooks/sealed-secret.ts
  created_at timestamptz not null default holdfast_clock(),
  ends_at timestamptz
);
create index webhook_secret_of_webhook on webhook_secret (webhook_id);

-- Events as they are sent, each once for all its deliveries.
create table webhook_event (
  id bigint generated always as identity primary key,
  event_id text not null unique,    -- the header webhook-id
  type text not null,
  occurred_at timestamptz not null,
  body text not null
);
create index webhook_event_by_time on webhook_event (occurred_at);

create table webhook_delivery (
  id bigint generated always as identity primary key,  -- rises in the order in which the events of one thing happened
  webhook_id bigint not null references webhook (id) on delete cascade,
  event_key bigint not null references webhook_event (id) on delete cascade,
  order_key text,                   -- deliveries with the same key arrive one after another
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
  attempts integer not null default 0,
  is_single boolean not null default false,  -- a test: one attempt, and whether or not the webhook is active
  due_at timestamptz,               -- of the next attempt; null too while an earlier one with its order_key is pending
  claimed_by text,                  -- the instance that has it in hand, until claimed_until
  claimed_until timestamptz,
  last_status integer,
  last_error text,
  last_answer text,                 -- the beginning of the last answer's body
  created_at timestamptz not null default holdfast_clock(),
  constraint webhook_delivery_is_due check (status = 'pending' or due_at is null)
);
create index webhook_delivery_due on webhook_delivery (webhook_id, due_at, id) where status = 'pending';
create index webhook_delivery_order on webhook_delivery (webhook_id, order_key, id) where status = 'pending';
create index webhook_delivery_of_webhook on webhook_delivery (webhook_id, id);
create index webhook_delivery_of_event on webhook_delivery (event_key);

-- The event log is the outbox of webhooks too. A row that webhooks are entitled to lists all that has changed, however
-- much, and is kept until it has been fanned out.
alter table event add column type text;            -- as webhooks name it
alter table event add column history_ids bigint[]; -- rows of reservation_event, in parallel with reservation_ids
alter table event add column order_ids bigint[];
alter table event add column webhook_ids bigint[]; -- the webhooks that were entitled to it; null without one, and when fanned out
create index event_outbox on event (position) where webhook_ids is not null;

-- The active webhooks that want an event and may have it; null if there is none. A provider's webhook receives only what
-- concerns that provider.
create function entitled_webhooks(p_type text, p_providers bigint[]) returns bigint[]
language sql stable as $$
  select array_agg(w.id order by w.id) from webhook w
   where w.status = 'active' and (w.provider_id is null or w.provider_id = any (p_providers))
     and (w.events is null or exists (
       select from unnest(w.events) wanted
        where wanted = p_type or (wanted like '%.*' and starts_with(p_type, left(wanted, -1)))))
$$;

-- Trigger on event. Wakes the instances when the transaction commits.
create function announce_outbox() returns trigger
language plpgsql as $$
begin
  perform pg_notify('holdfast_change', '{"topic":"outbox","keys":null}');
  return null;
end
$$;
create trigger announce_outbox after insert on event
  for each row when (new.webhook_ids is not null) execute function announce_outbox();

create type reservation_change as (
  type text, status text, actor jsonb, reservation_id bigint, slot_id bigint, provider_id bigint, client_id bigint,
  history_id bigint
);

-- Called by the two triggers below. Logs changes of reservations, one event for each type, status and actor. Without a
-- webhook that is entitled to it, an event of more than 200 in all lists nothing.
create function log_reservations(p_changes reservation_change[]) returns void
language plpgsql as $$
begin
  insert into event (kind, type, attributes, actor, is_bulk, reservation_ids, slot_ids, provider_ids, client_ids,
                     history_ids, webhook_ids)
    select 'reservation', type, jsonb_build_object('status', status, 'type', type), actor, is_bulk,
           case when is_listed then reservation_ids end, case when is_listed then slot_ids end,
           case when is_listed then provider_ids end, case when is_listed then client_ids end,
           case when is_listed then history_ids end, webhook_ids
      from (select type, status, actor, cardinality(p_changes) > 200 as is_bulk,
                   array_agg(reservation_id) as reservation_ids, array_agg(slot_id) as slot_ids,
                   array_agg(provider_id) as provider_ids, array_agg(client_id) as client_ids,
                   array_agg(history_id) as history_ids
              from unnest(p_changes) group by type, status, actor) grouped
     cross join lateral (select entitled_webhooks(type, provider_ids) as webhook_ids) entitled
     cross join lateral (select not is_bulk or webhook_ids is not null as is_listed) listed;
end
$$;

-- Trigger on reservation, after insert: adds the new claims to their slots, and writes the history and the event log.
--
-- The version of a slot increases by one for each reservation that claims or frees units of it. A reader can therefore
-- compute the version before expired holds are marked as such, whether they are marked one at a time or together.
create or replace function reservation_inserted() returns trigger
language plpgsql as $$
declare
  v_changes reservation_change[];
begin
  update slot
     set claimed = slot.claimed + added.quantity, version = slot.version + added.changes
    from (select new_rows.slot_id, sum(new_rows.quantity) as quantity, count(*) as changes
            from new_rows where new_rows.status in ('held', 'confirmed') group by new_rows.slot_id) added
   where slot.id = added.slot_id;
  -- Numbered here and not by the column, so that nothing has to be joined with what was written.
  with numbered as materialized (
    select nextval('reservation_event_id_seq') as history_id, r.* from (select * from new_rows order by id) r
  ), written as (
    insert into reservation_event (id, reservation_id, at, status, slot_id, quantity, price_amount, price_currency,
                                   expires_at, actor)
      overriding system value
      select history_id, id, changed_at, status, slot_id, quantity, price_amount, price_currency, expires_at, changed_by
        from numbered
  )
  select array_agg(('reservation.' || status, status, changed_by, id, slot_id, provider_id, client_id,
                    history_id)::reservation_change) into v_changes from numbered;
  perform log_reservations(v_changes);
  return null;
end
$$;

-- Trigger on reservation, after update. Does the same for changes, of which each has a type of its own.
create or replace function reservation_updated() returns trigger
language plpgsql as $$
declare
  v_changes reservation_change[];
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
  with numbered as materialized (
    select nextval('reservation_event_id_seq') as history_id, r.*
      from (select new_rows.*, 'reservation.' || case when new_rows.status <> old_rows.status then new_rows.status
                                                      when new_rows.slot_id <> old_rows.slot_id then 'rescheduled'
                                                      when new_rows.expires_at > old_rows.expires_at then 'extended'
                                                      else 'changed' end as type
              from new_rows join old_rows using (id) order by new_rows.id) r
  ), written as (
    insert into reservation_event (id, reservation_id, at, status, slot_id, quantity, price_amount, price_currency,
                                   expires_at, actor)
      overriding system value
      select history_id, id, changed_at, status, slot_id, quantity, price_amount, price_currency, expires_at, changed_by
        from numbered
  )
  select array_agg((type, status, changed_by, id, slot_id, provider_id, client_id, history_id)::reservation_change)
    into v_changes from numbered;
  perform log_reservations(v_changes);
  return null;
end
$$;

-- Trigger on reservation. Announces inserted reservations to views under the topic `claim`.
create or replace function announce_claims_inserted() returns trigger
language plpgsql as $$
declare
  v_keys text[];
begin
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key from new_rows limit 201) claims;
  perform announce_claim_keys(v_keys);
  return null;
end
$$;

-- Trigger on reservation. Does the same for updated reservations, and logs the slots that they moved away from.
create or replace function announce_claims_updated() returns trigger
language plpgsql as $$
declare
  v_keys text[];
begin
  with freed as materialized (
    select old_rows.slot_id, old_rows.provider_id
      from old_rows join new_rows using (id) where old_rows.slot_id <> new_rows.slot_id
  ), logged_freed as (
    insert into event (kind, is_bulk, slot_ids, provider_ids)
      select 'slot', count(*) > 200, array_agg(slot_id), array_agg(provider_id) from freed having count(*) > 0
  )
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key
            from (select slot_id, provider_id from new_rows union all select slot_id, provider_id from freed) claims
           limit 201) claims;
  perform announce_claim_keys(v_keys);
  return null;
end
$$;

-- Called by the triggers on slot. Logs for webhooks what providers have offered or withdrawn, one event for each provider.
create function log_availability(p_type text, p_slots bigint[]) returns void
language plpgsql as $$
begin
  if p_slots is null or not exists (select from webhook where status = 'active') then
    return;
  end if;
  insert into event (kind, type, attributes, slot_ids, provider_ids, webhook_ids)
    select 'availability', p_type, offered.attributes, offered.slot_ids, array[offered.provider_id], webhook_ids
      from (select s.provider_id, (array_agg(s.id order by s.starts_at, s.id))[1:100] as slot_ids,
                   jsonb_build_object('from', min(s.starts_at), 'to', max(s.ends_at), 'more', count(*) > 100) as attributes
              from slot s where s.id = any (p_slots) and s.provider_id is not null group by s.provider_id) offered
     cross join lateral (select entitled_webhooks(p_type, array[offered.provider_id]) as webhook_ids) entitled
     where webhook_ids is not null
     order by offered.provider_id;
end
$$;

-- Trigger on slot. Announces inserted slots to views, as before, and logs them.
create or replace function announce_slot_inserted() returns trigger
language plpgsql as $$
begin
  perform announce_providers(array(select distinct provider_id from new_rows where provider_id is not null limit 201));
  perform log_slots(array_agg(id), array_agg(provider_id), (array_agg(changed_by))[1])
    from (select id, provider_id, changed_by from new_rows limit 201) first_rows;
  perform log_availability('availability.offered', array_agg(id)) from new_rows
    where provider_id is not null and closed_at is null;
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
  perform log_availability('availability.offered', array_agg(new_rows.id)) from new_rows join old_rows using (id)
    where new_rows.closed_at is null and old_rows.closed_at is not null;
  perform log_availability('availability.withdrawn', array_agg(new_rows.id)) from new_rows join old_rows using (id)
    where new_rows.closed_at is not null and old_rows.closed_at is null;
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

-- Trigger on write_back. Logs the desired state of bookings at their suppliers, and the progress of their write-back. For
-- webhooks it is what the supplier has decided that counts.
create or replace function log_bookings() returns trigger
language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform log_bookings_of(array_agg(reservation_id)) from new_rows;
  else
    perform log_bookings_of(array_agg(w.reservation_id)) from new_rows w join old_rows o using (reservation_id)
      where (w.desired_state, w.state) <> (o.desired_state, o.state);
  end if;
  return null;
end
$$;

-- Called by log_bookings.
create function log_bookings_of(p_reservations bigint[]) returns void
language plpgsql as $$
begin
  insert into event (kind, type, attributes, is_bulk, reservation_ids, slot_ids, client_ids, webhook_ids)
    select 'booking', type, jsonb_strip_nulls(jsonb_build_object(
             'supplier_id', supplier_id, 'desired_state', desired_state, 'state', state, 'type', type)), is_bulk,
           case when is_listed then reservation_ids end, case when is_listed then slot_ids end,
           case when is_listed then client_ids end, webhook_ids
      from (select w.supplier_id, w.desired_state, w.state, decided.type, array_agg(w.reservation_id) as reservation_ids,
                   array_agg(w.slot_id) as slot_ids, array_agg(r.client_id) as client_ids,
                   cardinality(p_reservations) > 200 as is_bulk
              from write_back w join reservation r on r.id = w.reservation_id
             cross join lateral (
               select case when w.state = 'refused' then 'booking.refused'
                           when w.state = 'done' and w.desired_state = 'booked' then 'booking.accepted'
                           when w.state = 'done' then 'booking.cancelled' end as type) decided
             where w.reservation_id = any (p_reservations)
             group by w.supplier_id, w.desired_state, w.state, decided.type) grouped
     cross join lateral (select case when type is not null then entitled_webhooks(type, '{}') end as webhook_ids) entitled
     cross join lateral (select not is_bulk or webhook_ids is not null as is_listed) listed;
end
$$;

-- Triggers on orders and order_line. Logs orders for webhooks. A change of an order that replaces its lines changes the order
-- too, so only lines that are updated are logged on their own: those of a reservation that has moved.
create function log_orders() returns trigger
language plpgsql as $$
begin
  if not exists (select from webhook where status = 'active') then
    return null;
  end if;
  if tg_table_name = 'order_line' then
    perform log_orders_of('order.changed', array_agg(distinct order_id)) from new_rows;
  elsif tg_op = 'INSERT' then
    perform log_orders_of('order.created', array_agg(id)) from new_rows;
  else
    perform log_orders_of('order.cancelled', array_agg(id)) from new_rows join old_rows using (id)
      where new_rows.status = 'cancelled' and old_rows.status <> 'cancelled';
    perform log_orders_of('order.changed', array_agg(id)) from new_rows join old_rows using (id)
      where not (new_rows.status = 'cancelled' and old_rows.status <> 'cancelled');
  end if;
  return null;
end
$$;

-- Called by log_orders. An order concerns the provider of its reservation.
create function log_orders_of(p_type text, p_orders bigint[]) returns void
language plpgsql as $$
begin
  insert into event (kind, type, order_ids, provider_ids, webhook_ids)
    select 'order', p_type, order_ids, provider_ids, webhook_ids
      from (select array_agg(o.id order by o.id) as order_ids, array_agg(r.provider_id order by o.id) as provider_ids
              from orders o left join reservation r on r.id = o.reservation_id
             where o.id = any (p_orders)) listed
     cross join lateral (select entitled_webhooks(p_type, provider_ids) as webhook_ids) entitled
     where webhook_ids is not null and order_ids is not null;
end
$$;
create trigger log_orders_inserted after insert on orders referencing new table as new_rows
  for each statement execute function log_orders();
create trigger log_orders_updated after update on orders referencing old table as old_rows new table as new_rows
  for each statement execute function log_orders();
create trigger log_order_lines_updated after update on order_line referencing new table as new_rows
  for each statement execute function log_orders();

-- Trigger on state_log. Logs states of vehicles for webhooks.
create function log_vehicle_states() returns trigger
language plpgsql as $$
begin
  if not exists (select from webhook where status = 'active') then
    return null;
  end if;
  insert into event (kind, type, attributes, webhook_ids)
    select 'vehicle', 'vehicle.state_logged', jsonb_build_object('logs', logs), webhook_ids
      from (select jsonb_agg(jsonb_build_object('vehicle_id', vehicle_id, 'state', state, 'timestamp', at) order by sequence)
                     as logs
              from new_rows) listed
     cross join lateral (select entitled_webhooks('vehicle.state_logged', '{}') as webhook_ids) entitled
     where webhook_ids is not null and logs is not null;
  return null;
end
$$;
create trigger log_vehicle_states after insert on state_log referencing new table as new_rows
  for each statement execute function log_vehicle_states();

-- Called by src/modules/events/event-log.ts. Deletes the rows older than p_max_age, and all but about the last p_max_rows;
-- never one that has not been fanned out to webhooks. Returns the number of deleted rows.
--
-- It also deletes rows of transactions that this server has not begun yet: they came with a restored dump.
create or replace function delete_old_events(p_max_age interval, p_max_rows bigint) returns bigint
language plpgsql as $$
declare
  v_from xid8;
  v_last xid8;
  v_deleted bigint;
begin
  select least(pg_snapshot_xmin(pg_current_snapshot()), greatest(
           coalesce((select xid from event where recorded_at > now() - p_max_age order by xid limit 1),
                    pg_snapshot_xmin(pg_current_snapshot())),
           (select xid from event order by xid desc, position desc offset greatest(p_max_rows - 1, 0) limit 1)))
    into v_from;
  with deleted as (
    delete from event where (xid < v_from or xid >= pg_snapshot_xmax(pg_current_snapshot())) and webhook_ids is null
    returning xid
  )
  select count(*), (array_agg(xid order by xid desc) filter (where xid < v_from))[1] into v_deleted, v_last from deleted;
  update event_horizon set xid = v_last where xid < v_last;
  update event_horizon set xid = v_from where xid >= pg_snapshot_xmax(pg_current_snapshot());
  return v_deleted;
end
$$;

-- Called by src/modules/webhooks/outbox/fan-out.ts. Makes deliveries of events: the item p_item[n] is an event with a
-- body, of the row p_position[item] of the log, and the pairs say which webhook gets which item. Rows that were fanned out
-- meanwhile are left alone.
--
-- One statement, so that a process that freezes or dies leaves no lock behind. It is for the caller to pass all the rows
-- that it read, in the order of `position`: the earlier event of a reservation has the smaller position, because it was
-- logged under the reservation's lock, and is visible to everyone who sees the later one.
create function fan_out(p_rows bigint[], p_position bigint[], p_event_id text[], p_type text[], p_order_key text[],
                        p_occurred_at timestamptz[], p_body text[], p_pair_item integer[], p_pair_webhook bigint[])
returns void
language plpgsql
-- The planner cannot know the lengths of the lists, and would compare each item with each pair.
set enable_nestloop = off set jit = off as $$
declare
  v_taken bigint[];
begin
  perform pg_advisory_xact_lock(hashtextextended('fan_out', 0));
  with taken as (
    update event set webhook_ids = null where position = any (p_rows) and webhook_ids is not null returning position
  )
  select array_agg(position) into v_taken from taken;
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
     where position = any (v_taken)
  ), pair as (
    select item.*, w.id as webhook_id,
           row_number() over (partition by w.id, item.order_key order by item.place) as turn
      from unnest(p_pair_item, p_pair_webhook) as pair (item, webhook_id)
      join item on item.place = pair.item join webhook w on w.id = pair.webhook_id
  ), stored as (
    insert into webhook_event (event_id, type, occurred_at, body)
      select event_id, type, occurred_at, body from item where place in (select place from pair) order by place
    returning id, event_id
  )
  insert into webhook_delivery (webhook_id, event_key, order_key, due_at)
    select pair.webhook_id, stored.id, pair.order_key,
           case when pair.order_key is null
                     or (pair.turn = 1 and not exists (
                           select from webhook_delivery d
                            where d.webhook_id = pair.webhook_id and d.order_key = pair.order_key and d.status = 'pending'))
                then holdfast_clock() end
      from pair join stored using (event_id) order by pair.place, pair.webhook_id;
end
$$;

-- Called by src/modules/webhooks/deliveries/delivery-store.ts. Takes due deliveries for an instance, with all that it needs
-- to send them: of each webhook at most p_limit, or p_failing_limit if it fails, less what that instance has in hand of it.
-- Of deliveries with the same order_key only the first is taken, when none before it is pending.
create function claim_deliveries(p_instance text, p_lease interval, p_limit integer, p_failing_limit integer,
                                 p_webhook bigint[], p_in_hand integer[])
returns table (delivery_id bigint, webhook_id bigint, attempts integer, is_single boolean, url text, event_id text,
               body text, secrets text[])
language plpgsql
-- Without statistics of a table that fills and empties, the planner would read all of it for each claim.
set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  -- A claim that a crash of the database undoes is made again.
  perform set_config('synchronous_commit', 'off', true);
  return query
  with due as (
    select due.id from webhook w
      left join unnest(p_webhook, p_in_hand) as hand (webhook_id, deliveries) on hand.webhook_id = w.id
     cross join lateral (
       select d.id from webhook_delivery d
        where d.webhook_id = w.id and d.status = 'pending' and d.due_at <= holdfast_clock()
          and (w.status = 'active' or d.is_single)
          and (d.claimed_until is null or d.claimed_until <= holdfast_clock())
          and (d.order_key is null or not exists (
            select from webhook_delivery earlier
             where earlier.webhook_id = d.webhook_id and earlier.order_key = d.order_key
               and earlier.status = 'pending' and earlier.id < d.id))
        order by d.due_at, d.id
        limit greatest(0, case when w.failing_since is null then p_limit else p_failing_limit end
                          - coalesce(hand.deliveries, 0))
          for no key update skip locked
     ) due
  ), taken as (
    update webhook_delivery d
       set claimed_by = p_instance, claimed_until = holdfast_clock() + p_lease
      from due where d.id = due.id
    returning d.id, d.webhook_id, d.attempts, d.is_single, d.event_key
  )
  select taken.id, taken.webhook_id, taken.attempts, taken.is_single, w.url, e.event_id, e.body,
         array(select s.sealed from webhook_secret s
                where s.webhook_id = taken.webhook_id and (s.ends_at is null or s.ends_at > holdfast_clock())
                order by s.id desc)
    from taken join webhook w on w.id = taken.webhook_id join webhook_event e on e.id = taken.event_key
   order by taken.id;
end
$$;

-- Called by src/modules/webhooks/deliveries/delivery-store.ts. Stores the results of attempts: `p_outcome` is delivered,
-- failed, retry or gone (the receiver wants no more). Attempts that another instance has taken up meanwhile are ignored.
-- Returns the webhooks that have begun to fail, with `failing`, and those that are disabled by it, with `disabled`.
create function finish_deliveries(p_instance text, p_id bigint[], p_outcome text[], p_status integer[], p_error text[],
                                  p_answer text[], p_delay interval[])
returns table (webhook_id bigint, change text)
language plpgsql
set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_now timestamptz := holdfast_clock();
  v_webhooks bigint[];
  v_keys text[];
  v_outcomes text[];
  v_singles boolean[];
begin
  -- Deliveries that a crash of the database undoes are sent again, and in order: commits are undone from the last one on.
  perform set_config('synchronous_commit', 'off', true);
  with outcome as (
    select * from unnest(p_id, p_outcome, p_status, p_error, p_answer, p_delay)
      as each_outcome (id, outcome, http_status, error, answer, delay)
  ), done as (
    update webhook_delivery d
       set status = case outcome.outcome when 'delivered' then 'delivered' when 'retry' then 'pending' else 'failed' end,
           attempts = d.attempts + 1, due_at = case when outcome.outcome = 'retry' then v_now + outcome.delay end,
           claimed_by = null, claimed_until = null, last_status = outcome.http_status, last_error = outcome.error,
           last_answer = outcome.answer
      from outcome
     where d.id = outcome.id and d.status = 'pending' and d.claimed_by = p_instance
    returning d.webhook_id, d.order_key, outcome.outcome, d.is_single
  )
  select array_agg(webhook_id), array_agg(order_key), array_agg(outcome), array_agg(is_single)
    into v_webhooks, v_keys, v_outcomes, v_singles from done;
  -- A statement of its own, because fan_out may have added a delivery behind one of these while it waited for its lock.
  update webhook_delivery next set due_at = v_now
    from unnest(v_webhooks, v_keys, v_outcomes) as ended (webhook_id, order_key, outcome)
   where ended.outcome <> 'retry' and ended.order_key is not null and next.due_at is null
     and next.id = (select d.id from webhook_delivery d
                     where d.webhook_id = ended.webhook_id and d.order_key = ended.order_key and d.status = 'pending'
                     order by d.id limit 1);
  return query
  with done as (
    select * from unnest(v_webhooks, v_outcomes, v_singles) as each_done (webhook_id, outcome, is_single)
  ), counted as (
    select done.webhook_id, bool_or(done.outcome = 'delivered') as has_succeeded, bool_or(done.outcome = 'gone') as is_gone,
           count(*) filter (where done.outcome <> 'delivered')::integer as failures
      from done where not done.is_single group by done.webhook_id
  ), before as (
    select w.id, w.failures, w.failing_since, w.status from webhook w join counted on counted.webhook_id = w.id
     order by w.id for no key update of w
  ), marked as (
    update webhook w
       set failures = case when counted.has_succeeded then 0 else w.failures + counted.failures end,
           failing_since = case when counted.has_succeeded then null
                                when w.failures + counted.failures >= 5 then coalesce(w.failing_since, v_now) end,
           status = case when counted.is_gone then 'disabled' else w.status end,
           disabled_reason = case when counted.is_gone then 'The receiver answered 410 Gone.' else w.disabled_reason end
      from counted join before on before.id = counted.webhook_id
     where w.id = counted.webhook_id
       and (counted.is_gone or (counted.has_succeeded and w.failures > 0) or (not counted.has_succeeded and counted.failures > 0))
    returning w.id, w.failing_since, w.status, before.failing_since as failed_before, before.status as status_before
  )
  select marked.id, 'failing' from marked where failing_since is not null and failed_before is null
  union all
  select marked.id, 'disabled' from marked where marked.status = 'disabled' and status_before = 'active';
end
$$;
