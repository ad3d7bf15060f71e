-- The schema that the migrations make. Written by `npm run schema`; to change it, add a migration.
-- What background jobs keep for themselves is not here: pg-boss makes its own schema, pgboss, when a server starts.

-- Functions stand before the tables they name.
set check_function_bodies = off;

create type supplied_slot as (
  upstream_id jsonb,
  starts_at timestamp with time zone,
  ends_at timestamp with time zone,
  name text,
  remaining integer,
  price_amount numeric,
  price_currency text,
  pax jsonb,
  detail jsonb,
  slot_id bigint
);

CREATE OR REPLACE FUNCTION public.acknowledge_booking(p_reservation bigint, p_upstream_id jsonb)
 RETURNS void
 LANGUAGE sql
AS $function$
  update write_back
     set upstream_id = p_upstream_id, acknowledged_at = coalesce(acknowledged_at, holdfast_clock()), reason = null,
         state = case desired_state when 'booked' then 'done' else 'waiting' end, attempts = 0,
         due_at = holdfast_clock(), leased_until = '-infinity'
   where reservation_id = p_reservation and state in ('waiting', 'parked');
$function$;

CREATE OR REPLACE FUNCTION public.announce_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_rows text := case tg_op
    when 'INSERT' then 'select * from new_rows'
    when 'DELETE' then 'select * from old_rows'
    else 'select * from new_rows union all select * from old_rows' end;
  v_keys text[];
begin
  execute format('select array_agg(told.key) from (select distinct (%s)::text as key from (%s) changed limit 201) told',
                 tg_argv[1], v_rows) into v_keys;
  if v_keys is not null then
    perform pg_notify('holdfast_change', json_build_object(
      'topic', tg_argv[0],
      'keys', case when cardinality(v_keys) <= 200 then v_keys end)::text);
  end if;
  return null;
end
$function$;

CREATE OR REPLACE PROCEDURE public.announce_changes_of(IN p_table regclass, IN p_topic text, IN p_key text)
 LANGUAGE plpgsql
AS $procedure$
begin
  execute format('create trigger announce_insert after insert on %s referencing new table as new_rows
    for each statement execute function announce_change(%L, %L)', p_table, p_topic, p_key);
  execute format('create trigger announce_update after update on %s referencing old table as old_rows new table as new_rows
    for each statement execute function announce_change(%L, %L)', p_table, p_topic, p_key);
  execute format('create trigger announce_delete after delete on %s referencing old table as old_rows
    for each statement execute function announce_change(%L, %L)', p_table, p_topic, p_key);
  execute format('create trigger announce_truncate after truncate on %s
    for each statement execute function announce_truncate(%L)', p_table, p_topic);
end
$procedure$;

CREATE OR REPLACE FUNCTION public.announce_claim_keys(p_keys text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if p_keys is not null then
    perform pg_notify('holdfast_change', json_build_object(
      'topic', 'claim', 'keys', case when cardinality(p_keys) <= 200 then p_keys end)::text);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_claims_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_keys text[];
begin
  with told as materialized (
    select r.id, r.slot_id, r.status, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from new_rows r
  ), size as (
    select count(*) as rows from (select from told limit 201) few
  ), noted as (
    insert into event (kind, facts, reservations, slots, providers)
      select 'reservation', jsonb_build_object('status', status), array_agg(id), array_agg(slot_id), array_agg(provider_id)
        from told, size where rows <= 200 group by status
  ), noted_many as (
    insert into event (kind, many) select 'reservation', true from size where rows > 200
  )
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key from told limit 201) claims;
  perform announce_claim_keys(v_keys);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_claims_updated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_keys text[];
begin
  with told as materialized (
    select r.id, r.slot_id, r.status, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from new_rows r
  ), size as (
    select count(*) as rows from (select from told limit 201) few
  ), noted as (
    insert into event (kind, facts, reservations, slots, providers)
      select 'reservation', jsonb_build_object('status', status), array_agg(id), array_agg(slot_id), array_agg(provider_id)
        from told, size where rows <= 200 group by status
  ), noted_many as (
    insert into event (kind, many) select 'reservation', true from size where rows > 200
  ), freed as materialized (
    select r.slot_id, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from old_rows r join new_rows using (id) where r.slot_id <> new_rows.slot_id
  ), noted_freed as (
    insert into event (kind, slots, providers)
      select 'slot', array_agg(slot_id), array_agg(provider_id) from freed, size where rows <= 200 having count(*) > 0
  )
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key
            from (select slot_id, provider_id from told union all select slot_id, provider_id from freed) claims
           limit 201) claims;
  perform announce_claim_keys(v_keys);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_price()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('holdfast_change', json_build_object(
    'topic', 'calendar', 'keys', json_build_array(new.provider_id::text))::text);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_providers(p_ids bigint[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if cardinality(p_ids) > 0 then
    perform pg_notify('holdfast_change', json_build_object(
      'topic', 'calendar', 'keys', case when cardinality(p_ids) <= 200 then p_ids::text[] end)::text);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_slot_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform announce_providers(array(select distinct provider_id from old_rows where provider_id is not null limit 201));
  perform note_slots(array_agg(id), array_agg(provider_id)) from (select id, provider_id from old_rows limit 201) few;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_slot_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform announce_providers(array(select distinct provider_id from new_rows where provider_id is not null limit 201));
  perform note_slots(array_agg(id), array_agg(provider_id)) from (select id, provider_id from new_rows limit 201) few;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_slot_updated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_slots bigint[];
  v_providers bigint[];
begin
  select array_agg(id), array_agg(provider_id) into v_slots, v_providers
    from (select new_rows.id, new_rows.provider_id
            from new_rows join old_rows using (id)
           where (new_rows.provider_id, new_rows.starts_at, new_rows.ends_at, new_rows.capacity, new_rows.closed_at,
                  new_rows.price_amount, new_rows.price_currency, new_rows.pax)
                 is distinct from (old_rows.provider_id, old_rows.starts_at, old_rows.ends_at, old_rows.capacity,
                  old_rows.closed_at, old_rows.price_amount, old_rows.price_currency, old_rows.pax)
           limit 201) changed;
  -- The usual case ends here: slots that were claimed or released, and nothing more.
  if v_slots is null then
    return null;
  end if;
  perform note_slots(v_slots, v_providers);
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
$function$;

CREATE OR REPLACE FUNCTION public.announce_supplier_slot()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('holdfast_change', json_build_object(
    'topic', 'supplier_partition', 'keys', json_build_array(partition_key(ss.supplier_id, ss.partition)))::text)
    from supplier_slot ss where ss.slot_id = new.id;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_truncate()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('holdfast_change', json_build_object('topic', tg_argv[0], 'keys', null)::text);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.claim_idempotency_keys(p_scope bytea[], p_kept interval)
 RETURNS TABLE(place integer, taken boolean, fingerprint bytea, status integer, body text)
 LANGUAGE plpgsql
AS $function$
declare
  v_taken boolean[];
begin
  select array_agg(pg_try_advisory_xact_lock(('x' || encode(substr(asked.scope, 1, 8), 'hex'))::bit(64)::bigint)
                   order by asked.place)
    into v_taken
    from unnest(p_scope) with ordinality as asked (scope, place);
  return query
    select asked.place::integer, v_taken[asked.place], answer.fingerprint, answer.status, answer.body
      from unnest(p_scope) with ordinality as asked (scope, place)
      left join idempotent_answer answer
        on answer.scope = asked.scope and answer.answered_at > holdfast_clock() - p_kept
     order by asked.place;
end
$function$;

CREATE OR REPLACE FUNCTION public.confirm_reservations(p_reservation bigint[], p_client bigint[])
 RETURNS TABLE(place integer, outcome text, reservation_id bigint, slot_id bigint, client_id bigint, quantity integer, held_at timestamp with time zone, expires_at timestamp with time zone, decided_at timestamp with time zone, status text, pax jsonb, provider_id bigint, starts_at timestamp with time zone, ends_at timestamp with time zone, slot_name text, price_amount numeric, price_currency text)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  v_now timestamptz;
  v_ask record;
  v_ids bigint[] := '{}';
begin
  perform from reservation where id = any (p_reservation) order by id for no key update;
  v_now := holdfast_clock();
  for v_ask in
    select ask.place::integer as place, r.*, c.id as client, ask.client_id as asked_by,
           s.provider_id, s.starts_at, s.ends_at, s.name as slot_name
      from unnest(p_reservation, p_client) with ordinality as ask (reservation_id, client_id, place)
      left join reservation r on r.id = ask.reservation_id
      left join slot s on s.id = r.slot_id
      left join client c on c.id = ask.client_id
     order by ask.place
  loop
    place := v_ask.place;
    reservation_id := v_ask.id;
    slot_id := v_ask.slot_id;
    client_id := v_ask.client_id;
    quantity := v_ask.quantity;
    held_at := v_ask.held_at;
    expires_at := v_ask.expires_at;
    decided_at := v_ask.decided_at;
    status := v_ask.status;
    pax := v_ask.pax;
    provider_id := v_ask.provider_id;
    starts_at := v_ask.starts_at;
    ends_at := v_ask.ends_at;
    slot_name := v_ask.slot_name;
    price_amount := v_ask.price_amount;
    price_currency := v_ask.price_currency;
    outcome := case
      when v_ask.client is null then 'no_such_client'
      when v_ask.id is null then 'no_such_reservation'
      when v_ask.client_id <> v_ask.asked_by then 'foreign'
      when v_ask.status = 'confirmed' or v_ask.id = any (v_ids) then 'already_confirmed'
      when v_ask.status = 'expired' or (v_ask.status = 'held' and v_ask.expires_at <= v_now) then 'expired'
      when v_ask.status = 'held' then 'confirmed'
      else 'ended' end;
    if outcome = 'confirmed' then
      v_ids := v_ids || v_ask.id;
      decided_at := v_now;
      status := 'confirmed';
    end if;
    return next;
  end loop;
  if cardinality(v_ids) > 0 then
    update reservation r set status = 'confirmed', decided_at = v_now, changed_at = v_now where r.id = any (v_ids);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.describe_slot(p_name text, p_starts_at timestamp with time zone, p_ends_at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN concat_ws(', '::text, p_name, ((to_char((p_starts_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'::text) || ' to '::text) || to_char((p_ends_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'::text)));

CREATE OR REPLACE FUNCTION public.expire_due_holds(p_limit integer)
 RETURNS TABLE(reservation_id bigint, slot_id bigint)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  v_slots bigint[];
  v_now timestamptz := holdfast_clock();
begin
  select array_agg(locked.id) into v_slots
    from (select s.id from slot s
           where s.id in (select r.slot_id from reservation r
                           where r.status = 'held' and r.expires_at <= v_now order by r.expires_at limit p_limit)
           order by s.id for no key update) locked;
  perform from reservation r where r.slot_id = any (v_slots) and r.status = 'held' and r.expires_at <= v_now
    order by r.id for no key update;
  return query
    update reservation r set status = 'expired', changed_at = r.expires_at
     where r.slot_id = any (v_slots) and r.status = 'held' and r.expires_at <= v_now
    returning r.id, r.slot_id;
end
$function$;

CREATE OR REPLACE FUNCTION public.finish_cancellation(p_reservation bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_slot bigint;
begin
  select slot_id into v_slot from write_back where reservation_id = p_reservation;
  perform from slot where id = v_slot for no key update;
  update write_back set state = 'done', reason = null, leased_until = '-infinity'
   where reservation_id = p_reservation and desired_state = 'cancelled' and state in ('waiting', 'parked');
  if found then
    perform set_supplied_capacity(array[v_slot]);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.forget_events(p_kept interval, p_most bigint)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_from xid8;
  v_last xid8;
  v_forgotten bigint;
begin
  select least(pg_snapshot_xmin(pg_current_snapshot()), greatest(
           coalesce((select xid from event where at > now() - p_kept order by xid limit 1),
                    pg_snapshot_xmin(pg_current_snapshot())),
           (select xid from event order by xid desc, position desc offset greatest(p_most - 1, 0) limit 1)))
    into v_from;
  with gone as (
    delete from event where xid < v_from or xid >= pg_snapshot_xmax(pg_current_snapshot()) returning xid
  )
  select count(*), (array_agg(xid order by xid desc) filter (where xid < v_from))[1] into v_forgotten, v_last from gone;
  update event_horizon set xid = v_last where xid < v_last;
  update event_horizon set xid = v_from where xid >= pg_snapshot_xmax(pg_current_snapshot());
  return v_forgotten;
end
$function$;

CREATE OR REPLACE FUNCTION public.hold_slots(p_slot bigint[], p_client bigint[], p_quantity integer[], p_version integer[], p_pax jsonb, p_ttl interval, p_notice interval)
 RETURNS TABLE(place integer, outcome text, reservation_id bigint, provider_id bigint, starts_at timestamp with time zone, ends_at timestamp with time zone, held_at timestamp with time zone, expires_at timestamp with time zone, slot_version integer, remaining integer, pax jsonb, slot_name text, price_amount numeric, price_currency text)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  v_now timestamptz;
  v_ask record;
  v_slot bigint;
  v_left integer;
  v_version integer;
  v_ids bigint[] := '{}';
  v_slots bigint[] := '{}';
  v_clients bigint[] := '{}';
  v_quantities integer[] := '{}';
  v_pax jsonb[] := '{}';
  v_pax_outcome text;
begin
  perform from slot where id = any (p_slot) order by id for no key update;
  v_now := holdfast_clock();
  -- Locked in id order first, as confirm_reservations does: the update alone would take them as it finds them.
  perform from reservation r where r.slot_id = any (p_slot) and r.status = 'held' and r.expires_at <= v_now
    order by r.id for no key update;
  if found then
    update reservation r set status = 'expired', changed_at = r.expires_at
     where r.slot_id = any (p_slot) and r.status = 'held' and r.expires_at <= v_now;
  end if;

  for v_ask in
    select ask.place::integer as place, ask.slot_id, ask.client_id, ask.quantity, ask.version,
           s.id as found, s.provider_id, s.starts_at, s.ends_at, s.capacity - s.claimed as left_over,
           s.version as slot_version, s.closed_at, s.name as slot_name, s.pax as slot_pax,
           s.price_amount, s.price_currency,
           p_pax -> (ask.place::integer - 1) as pax, c.id as client
      from unnest(p_slot, p_client, p_quantity, p_version)
           with ordinality as ask (slot_id, client_id, quantity, version, place)
      left join slot s on s.id = ask.slot_id
      left join client c on c.id = ask.client_id
     order by ask.slot_id, ask.place
  loop
    if v_slot is distinct from v_ask.slot_id then
      v_slot := v_ask.slot_id;
      v_left := v_ask.left_over;
      v_version := v_ask.slot_version;
    end if;
    place := v_ask.place;
    provider_id := v_ask.provider_id;
    starts_at := v_ask.starts_at;
    ends_at := v_ask.ends_at;
    slot_name := v_ask.slot_name;
    price_amount := v_ask.price_amount;
    price_currency := v_ask.price_currency;
    reservation_id := null;
    held_at := v_now;
    expires_at := v_now + p_ttl;
    v_pax_outcome := null;
    pax := null;
    if v_ask.slot_pax is not null or jsonb_typeof(v_ask.pax) = 'array' then
      select priced.outcome, priced.pax into v_pax_outcome, pax
        from priced_pax(v_ask.slot_pax, nullif(v_ask.pax, 'null'), v_ask.quantity) priced;
    end if;
    outcome := case
      when v_ask.found is null then 'no_such_slot'
      when v_ask.client is null then 'no_such_client'
      when v_ask.provider_id is not null and v_ask.starts_at < v_now + p_notice then 'too_soon'
      when v_ask.closed_at is not null or v_ask.starts_at <= v_now then 'closed'
      when v_ask.version is not null and v_ask.version <> v_version then 'changed'
      when v_left < v_ask.quantity then 'taken'
      else coalesce(v_pax_outcome, 'held') end;
    if outcome = 'held' then
      reservation_id := nextval('reservation_id_seq');
      v_left := v_left - v_ask.quantity;
      v_version := v_version + 1;
      v_ids := v_ids || reservation_id;
      v_slots := v_slots || v_ask.slot_id;
      v_clients := v_clients || v_ask.client_id;
      v_quantities := v_quantities || v_ask.quantity;
      v_pax := array_append(v_pax, pax);
    end if;
    slot_version := v_version;
    remaining := v_left;
    return next;
  end loop;

  if cardinality(v_ids) > 0 then
    insert into reservation (id, slot_id, client_id, quantity, price_amount, price_currency, pax, status, held_at,
                             expires_at, changed_at)
      select taken.id, taken.slot_id, taken.client_id, taken.quantity, s.price_amount, s.price_currency, taken.pax, 'held',
             v_now, v_now + p_ttl, v_now
        from unnest(v_ids, v_slots, v_clients, v_quantities, v_pax) as taken (id, slot_id, client_id, quantity, pax)
        join slot s on s.id = taken.slot_id;
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.holdfast_clock()
 RETURNS timestamp with time zone
 LANGUAGE sql
 PARALLEL SAFE
RETURN clock_timestamp();

CREATE OR REPLACE FUNCTION public.note_bookings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (select count(*) from (select from new_rows limit 201) few) > 200 then
    insert into event (kind, many) values ('booking', true);
  elsif tg_op = 'INSERT' then
    insert into event (kind, facts, reservations, slots)
      select 'booking', jsonb_build_object('supplier_id', supplier_id, 'desired_state', desired_state, 'state', state),
             array_agg(reservation_id), array_agg(slot_id)
        from new_rows group by supplier_id, desired_state, state;
  else
    insert into event (kind, facts, reservations, slots)
      select 'booking',
             jsonb_build_object('supplier_id', w.supplier_id, 'desired_state', w.desired_state, 'state', w.state),
             array_agg(w.reservation_id), array_agg(w.slot_id)
        from new_rows w join old_rows o using (reservation_id)
       where (w.desired_state, w.state) <> (o.desired_state, o.state)
       group by w.supplier_id, w.desired_state, w.state;
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.note_slots(p_slots bigint[], p_providers bigint[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if cardinality(p_slots) > 200 then
    insert into event (kind, many) values ('slot', true);
  elsif cardinality(p_slots) > 0 then
    insert into event (kind, slots, providers) values ('slot', p_slots, p_providers);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.note_supplier()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into event (kind, facts) values ('sync', jsonb_build_object('supplier_id', new.id));
  perform pg_notify('holdfast_change', json_build_object('topic', 'supplier', 'keys', json_build_array(new.id))::text);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.note_sync()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into event (kind, facts) values ('sync', jsonb_build_object('supplier_id', new.supplier_id));
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.order_keeps_its_id()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'an order keeps its id' using errcode = 'check_violation', constraint = 'order_keeps_its_id';
end
$function$;

CREATE OR REPLACE FUNCTION public.orders_moved()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_sign integer := case tg_op when 'INSERT' then 1 else -1 end;
  v_mark text := case tg_op when 'INSERT' then '+' else '-' end;
  v_few boolean := (select count(*) <= 100 from (select from moved limit 101) first_ones);
  v_noted text := coalesce(current_setting('holdfast.orders_moved', true), '');
begin
  if tg_op = 'INSERT' then
    perform pass_order_ids(max(id)) from moved;
  end if;
  with counted as (
    insert into order_block as kept (block, orders, version)
      select id >> 8, v_sign * count(*), 1 from moved group by 1 order by 1
    on conflict (block) do update set orders = kept.orders + excluded.orders, version = kept.version + 1
    returning block, orders, version
  )
  select trim(v_noted || ' ' || string_agg(format('%s:%s:%s:%s', block, version, orders, case when v_few then (
                                  select string_agg(v_mark || id, '' order by id) from moved where id >> 8 = block)
                                else '*' end), ' '))
    into v_noted from (select * from counted limit 1001) told;
  if v_noted is not null then
    -- A message may have 8,000 bytes; `*` says that more has changed than one can tell. A thousand blocks are more.
    perform set_config('holdfast.orders_moved', case when length(v_noted) <= 5000 then v_noted else '*' end, true);
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.orders_truncated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from order_block;
  perform set_config('holdfast.orders_moved', '', true);
  perform pg_notify('holdfast_change', json_build_object('topic', 'order_block', 'keys', null)::text);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.partition_key(p_supplier text, p_partition text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select p_supplier || '/' || p_partition;
$function$;

CREATE OR REPLACE FUNCTION public.partition_name(p_product bigint, p_date date)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  select p_product || '/' || to_char(p_date, 'YYYY-MM-DD');
$function$;

CREATE OR REPLACE FUNCTION public.partition_product(p_partition text)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case when p_partition <> 'everything' then split_part(p_partition, '/', 1)::bigint end;
$function$;

CREATE OR REPLACE FUNCTION public.pass_order_ids(p_upto bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_gap bigint := p_upto - (select case when is_called then last_value else last_value - 1 end from orders_id_seq);
begin
  -- setval could move the sequence back when others draw from it at this very moment and it is nearly there already;
  -- drawing the numbers cannot.
  if v_gap > 10000 then
    perform setval('orders_id_seq', p_upto);
  elsif v_gap > 0 then
    perform nextval('orders_id_seq') from generate_series(1, v_gap);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.priced_pax(p_slot_pax jsonb, p_asked jsonb, p_quantity integer, OUT outcome text, OUT pax jsonb)
 RETURNS record
 LANGUAGE sql
 IMMUTABLE
AS $function$
  with asked as (
    select item ->> 'type' as type, (item ->> 'quantity')::integer as quantity, place
      from jsonb_array_elements(p_asked) with ordinality as items (item, place)
    union all
    (select kind ->> 'type', p_quantity, 1 from jsonb_array_elements(p_slot_pax) with ordinality as kinds (kind, place)
      where p_asked is null order by (kind -> 'is_primary') desc, place limit 1)
  ), matched as (
    select asked.*, kind
      from asked left join jsonb_array_elements(p_slot_pax) kind on kind ->> 'type' = asked.type
  )
  select case
           when bool_or(kind is null) then 'no_such_pax'
           when bool_or(quantity not between (kind ->> 'min')::integer and (kind ->> 'max')::integer) then 'pax_refused'
           when bool_or(quantity > (kind ->> 'remaining')::integer) then 'taken' end,
         jsonb_agg(jsonb_build_object(
           'type', type, 'name', kind ->> 'name', 'quantity', quantity, 'price', jsonb_build_object(
             'amount', kind #>> '{price,final}', 'currency', kind #>> '{price,currency}')) order by place)
    from matched;
$function$;

CREATE OR REPLACE FUNCTION public.pull_windows(p_supplier text, p_limits integer[], p_windows interval[], p_now timestamp with time zone)
 RETURNS TABLE(place bigint, pulls integer, free_at timestamp with time zone)
 LANGUAGE sql
 STABLE
AS $function$
  select pull_limit.place,
         (select count(*)::integer from pull
           where supplier_id = p_supplier and open_until > p_now - pull_limit.length),
         (select open_until + pull_limit.length from pull
           where supplier_id = p_supplier and open_until > p_now - pull_limit.length
           order by open_until desc offset pull_limit.pulls - 1 limit 1)
    from unnest(p_limits, p_windows) with ordinality as pull_limit (pulls, length, place);
$function$;

CREATE OR REPLACE FUNCTION public.queue_write_backs()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_now timestamptz;
begin
  -- Most statements end here: they change no reservation of a supplier's slot.
  perform from changed join supplier_slot ss on ss.slot_id = changed.slot_id
    where changed.status in ('confirmed', 'cancelled');
  if not found then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('write_back of a slot', turn.slot_id))
    from (select distinct changed.slot_id from changed join supplier_slot ss on ss.slot_id = changed.slot_id
           where changed.status = 'confirmed' order by changed.slot_id) turn;
  v_now := holdfast_clock();
  insert into write_back (reservation_id, slot_id, supplier_id, quantity, desired_state, decided_at, due_at)
    select changed.id, changed.slot_id, ss.supplier_id, changed.quantity, 'booked', v_now, v_now
      from changed join supplier_slot ss on ss.slot_id = changed.slot_id
     where changed.status = 'confirmed' order by changed.id
  on conflict (reservation_id) do nothing;
  update write_back w
     set desired_state = 'cancelled', state = 'waiting', due_at = changed.changed_at, attempts = 0, reason = null
    from changed
   where w.reservation_id = changed.id and changed.status = 'cancelled' and w.desired_state = 'booked'
     and w.state <> 'refused';
  -- The supplier still holds the units. The transaction that cancels a reservation has locked its slot.
  perform set_supplied_capacity(array(select slot_id from changed where status = 'cancelled'));
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.refuse_booking(p_reservation bigint, p_reason text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_entry write_back;
begin
  select * into v_entry from write_back where reservation_id = p_reservation;
  -- The order of locks is that of replace_partition.
  perform from supplier_partition sp join supplier_slot ss using (supplier_id, partition)
    where ss.slot_id = v_entry.slot_id for no key update of sp;
  perform from slot where id = v_entry.slot_id for no key update;
  perform from reservation where id = p_reservation for no key update;
  update write_back
     set state = 'refused', reason = null, refusal = coalesce(refusal, p_reason), leased_until = '-infinity'
   where reservation_id = p_reservation and state in ('waiting', 'parked');
  if not found then
    return;
  end if;
  update reservation set status = 'conflict', changed_at = holdfast_clock()
   where id = p_reservation and status = 'confirmed';
  update supplier_slot ss
     set remaining = least(ss.remaining, v_entry.quantity - 1 + coalesce((
           select sum(w.quantity) from write_back w
            where w.slot_id = ss.slot_id and w.acknowledged_at >= sp.observed_at
              and (w.desired_state = 'booked' or w.state <> 'done')), 0))
    from supplier_partition sp
   where ss.slot_id = v_entry.slot_id and (sp.supplier_id, sp.partition) = (ss.supplier_id, ss.partition);
  -- The next answer must be stored even if it equals the last one.
  update supplier_partition sp set digest = ''
    from supplier_slot ss
   where ss.slot_id = v_entry.slot_id and (sp.supplier_id, sp.partition) = (ss.supplier_id, ss.partition);
  perform set_supplied_capacity(array[v_entry.slot_id]);
end
$function$;

CREATE OR REPLACE FUNCTION public.replace_partition(p_supplier text, p_epoch bigint, p_partition text, p_observed_at timestamp with time zone, p_digest bytea, p_slots jsonb, p_absent_is_gone boolean, p_suspicious_slots integer, p_suspicious_share numeric)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
declare
  v_now timestamptz;
  v_before supplier_partition;
  v_supplied supplied_slot[];
  v_stored bigint[];
  v_absent bigint[];
  v_moved bigint[];
  v_removal bytea;
  v_removed bigint;
  v_on_sale bigint;
begin
  perform from supplier where id = p_supplier and epoch = p_epoch for share;
  if not found then
    return 'fenced';
  end if;
  insert into supplier_partition (supplier_id, partition, observed_at, digest)
    values (p_supplier, p_partition, '-infinity', '') on conflict do nothing;
  select * into v_before from supplier_partition
    where supplier_id = p_supplier and partition = p_partition for no key update;
  if v_before.observed_at >= p_observed_at then
    return 'older';
  end if;

  -- Slots are locked before reservations and in the order of their ids, as everywhere. A slot may have moved here from
  -- another partition.
  v_stored := array(select s.id from slot s join supplier_slot ss on ss.slot_id = s.id
                     where ss.supplier_id = p_supplier
                       and (ss.partition = p_partition and s.closed_at is null
                            or ss.upstream_id in (select item -> 'upstream_id' from jsonb_array_elements(p_slots) item))
                     order by s.id for no key update of s);
  v_now := holdfast_clock();
  -- An equal answer changes nothing, unless one of its slots was closed or moved to another partition in the meantime.
  if v_before.digest = p_digest and not exists (
       select from jsonb_array_elements(p_slots) item
        where not exists (select from supplier_slot ss join slot s on s.id = ss.slot_id
                           where ss.supplier_id = p_supplier and ss.upstream_id = item -> 'upstream_id'
                             and ss.partition = p_partition and s.closed_at is null)) then
    update supplier_partition set observed_at = p_observed_at, unconfirmed = null
     where supplier_id = p_supplier and partition = p_partition;
    perform set_supplied_capacity(v_stored);
    return 'unchanged';
  end if;

  v_moved := array(select ss.slot_id from supplier_slot ss join slot s on s.id = ss.slot_id
                    where ss.slot_id = any (v_stored) and ss.partition <> p_partition and s.closed_at is null);
  v_absent := array(select ss.slot_id from supplier_slot ss
                     where ss.slot_id = any (v_stored) and ss.partition = p_partition
                       and ss.upstream_id
                           not in (select item -> 'upstream_id' from jsonb_array_elements(p_slots) item));
  if p_absent_is_gone then
    select count(*) filter (where id = any (v_absent)), count(*) into v_removed, v_on_sale
      from slot where id = any (v_stored) and closed_at is null and starts_at > v_now;
    v_removal := decode(md5(v_absent::text), 'hex');
    if v_removed >= p_suspicious_slots and v_removed > p_suspicious_share * v_on_sale
       and v_before.unconfirmed is distinct from v_removal then
      update supplier_partition set unconfirmed = v_removal where supplier_id = p_supplier and partition = p_partition;
      return 'unconfirmed';
    end if;
  end if;
  update supplier_partition set observed_at = p_observed_at, digest = p_digest, unconfirmed = null
   where supplier_id = p_supplier and partition = p_partition;

  v_supplied := array(
    select (item.upstream_id, item.starts_at, item.ends_at, item.name, item.remaining, item.price_amount,
            item.price_currency, item.pax, item.detail, coalesce(ss.slot_id, nextval('slot_id_seq')))::supplied_slot
      from jsonb_populate_recordset(null::supplied_slot, p_slots) item
      left join supplier_slot ss on ss.supplier_id = p_supplier and ss.upstream_id = item.upstream_id);
  insert into slot (id, starts_at, ends_at, name, capacity, price_amount, price_currency, pax)
    select slot_id, starts_at, ends_at, name, remaining, price_amount, price_currency, pax
      from unnest(v_supplied) where slot_id <> all (v_stored) order by slot_id;
  update slot s
     set starts_at = item.starts_at, ends_at = item.ends_at, name = item.name, price_amount = item.price_amount,
         price_currency = item.price_currency, pax = item.pax, closed_at = null, version = s.version + 1
    from unnest(v_supplied) item
   where s.id = item.slot_id
     and (s.starts_at, s.ends_at, s.name, s.price_amount, s.price_currency, s.pax, s.closed_at)
         is distinct from (item.starts_at, item.ends_at, item.name, item.price_amount, item.price_currency, item.pax,
                           null);
  insert into supplier_slot as ss (slot_id, supplier_id, partition, upstream_id, remaining, detail)
    select slot_id, p_supplier, p_partition, upstream_id, remaining, detail from unnest(v_supplied) order by slot_id
  on conflict (slot_id) do update
    set partition = excluded.partition, remaining = excluded.remaining, detail = excluded.detail
    where (ss.partition, ss.remaining, ss.detail)
          is distinct from (excluded.partition, excluded.remaining, excluded.detail);

  update supplier_slot set remaining = 0 where slot_id = any (v_absent) and remaining <> 0;
  -- An absent slot that has ended is closed. Left open, it would be loaded and locked by every later answer.
  update slot set closed_at = v_now, version = version + 1
   where id = any (v_absent) and closed_at is null and ends_at <= v_now;
  if p_absent_is_gone and cardinality(v_absent || v_moved) > 0 then
    update slot set closed_at = v_now, version = version + 1 where id = any (v_absent) and closed_at is null;
    -- Confirmed reservations of a slot that is gone become conflicts, so that the client learns of it. A slot that has
    -- begun is off sale in any case. A slot that moved to another date is gone from its own, whichever is pulled first.
    with lost as (
      select r.id from reservation r join slot s on s.id = r.slot_id
       where s.id = any (v_absent || v_moved) and s.starts_at > v_now and r.status = 'confirmed'
       order by r.id for no key update of r
    ), cancelled as (
      -- The supplier may hold the booking all the same, now or after an attempt that is running: it is cancelled there.
      update write_back w
         set desired_state = 'cancelled', state = 'waiting', due_at = v_now, attempts = 0, reason = null,
             refusal = 'the supplier no longer has this slot'
        from lost where w.reservation_id = lost.id and w.state <> 'refused'
    )
    update reservation r set status = 'conflict', changed_at = v_now from lost where r.id = lost.id;
  end if;

  perform set_supplied_capacity(v_stored || array(select slot_id from unnest(v_supplied)));
  return 'changed';
end
$function$;

CREATE OR REPLACE FUNCTION public.reservation_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update slot
     set claimed = slot.claimed + added.quantity, version = slot.version + added.changes
    from (select new_rows.slot_id, sum(new_rows.quantity) as quantity, count(*) as changes
            from new_rows where new_rows.status in ('held', 'confirmed') group by new_rows.slot_id) added
   where slot.id = added.slot_id;
  insert into reservation_event (reservation_id, at, status, slot_id, quantity, price_amount, price_currency, expires_at)
    select id, changed_at, status, slot_id, quantity, price_amount, price_currency, expires_at
      from new_rows order by id;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.reservation_states()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.status in ('cancelled', 'expired', 'conflict')
     or (old.status = 'confirmed' and new.status not in ('confirmed', 'cancelled', 'conflict')) then
    raise exception 'a % reservation cannot become %', old.status, new.status
      using errcode = 'check_violation', constraint = 'reservation_states';
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION public.reservation_updated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
  insert into reservation_event (reservation_id, at, status, slot_id, quantity, price_amount, price_currency, expires_at)
    select id, changed_at, status, slot_id, quantity, price_amount, price_currency, expires_at
      from new_rows order by id;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.reservations_ordered()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- The usual case ends here: nobody has confirmed, moved or ended anything that costs something.
  perform from changed
    where changed.status in ('confirmed', 'cancelled', 'conflict')
      and (changed.price_amount is not null or changed.pax is not null
           or exists (select from orders o where o.reservation_id = changed.id));
  if not found then
    return null;
  end if;

  update orders o set status = 'cancelled'
    from changed
   where o.reservation_id = changed.id and o.status = 'open' and changed.status in ('cancelled', 'conflict');

  -- Moved to another slot: the same order, for another time at another price; a free one costs 0.
  update orders o set currency = changed.price_currency
    from changed
   where o.reservation_id = changed.id and o.status = 'open' and changed.status = 'confirmed' and changed.pax is null
     and o.currency <> changed.price_currency;
  update order_line l
     set description = describe_slot(s.name, s.starts_at, s.ends_at), quantity = changed.quantity,
         unit_price = coalesce(changed.price_amount, 0)
    from changed join slot s on s.id = changed.slot_id join orders o on o.reservation_id = changed.id
   where l.order_id = o.id and o.status = 'open' and changed.status = 'confirmed' and changed.pax is null
     and (l.description, l.quantity, l.unit_price)
         is distinct from (describe_slot(s.name, s.starts_at, s.ends_at), changed.quantity,
                           coalesce(changed.price_amount, 0));

  with sold as (
    select changed.id, changed.quantity, changed.pax, changed.changed_at, changed.price_amount, cost.currency,
           describe_slot(s.name, s.starts_at, s.ends_at) as description,
           c.first_name || ' ' || c.last_name as customer
      from changed join slot s on s.id = changed.slot_id join client c on c.id = changed.client_id
     cross join lateral (
       -- Of pax types each has its price, and the slot has that of one of them.
       select changed.price_currency as currency where changed.pax is null and changed.price_amount is not null
       union all
       select min(chosen #>> '{price,currency}') from jsonb_array_elements(changed.pax) chosen
       having bool_or((chosen #>> '{price,amount}')::numeric > 0)
     ) cost
     where changed.status = 'confirmed'
       and not exists (select from orders o where o.reservation_id = changed.id)
  ), placed as (
    insert into orders (customer, ordered_at, currency, reservation_id)
      select customer, changed_at, currency, id from sold order by id
    returning id, reservation_id
  )
  insert into order_line (order_id, line, description, quantity, unit_price)
    select placed.id, lines.line, concat_ws(', ', sold.description, lines.name), lines.quantity, lines.amount
      from placed join sold on sold.id = placed.reservation_id
     cross join lateral (
       select 1 as line, null as name, sold.quantity, sold.price_amount as amount where sold.pax is null
       union all
       select place, pax ->> 'name', (pax ->> 'quantity')::integer, (pax #>> '{price,amount}')::numeric
         from jsonb_array_elements(sold.pax) with ordinality as chosen (pax, place)
     ) lines;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.reserve_pull(p_supplier text, p_epoch bigint, p_partition text, p_limits integer[], p_windows interval[], p_lease interval, p_ahead interval DEFAULT '00:00:00'::interval, OUT outcome text, OUT pull_id bigint, OUT reserved_at timestamp with time zone, OUT wait_until timestamp with time zone)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  v_now timestamptz;
  v_supplier supplier;
begin
  select * into v_supplier from supplier where id = p_supplier for update;
  v_now := holdfast_clock();
  reserved_at := v_now;
  outcome := case
    when v_supplier.epoch <> p_epoch then 'fenced'
    when v_supplier.paused then 'paused' end;
  if outcome is not null then
    return;
  end if;
  select greatest(v_supplier.blocked_until, max(free_at)) into wait_until
    from pull_windows(p_supplier, p_limits, p_windows, v_now);
  if wait_until > v_now + p_ahead then
    outcome := 'wait';
    return;
  end if;
  insert into pull (supplier_id, epoch, partition, reserved_at, open_until)
    values (p_supplier, p_epoch, p_partition, v_now, v_now + p_lease)
    returning id into pull_id;
  update supplier set last_pull_at = v_now where id = p_supplier;
  outcome := 'reserved';
end
$function$;

CREATE OR REPLACE FUNCTION public.set_offered_products(p_supplier text, p_products bigint[], p_everything boolean, p_restorable interval, OUT withdrawn bigint, OUT restored bigint)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  v_now timestamptz;
  v_partitions text[];
  v_slots bigint[];
begin
  v_partitions := array(select partition from supplier_partition
                         where supplier_id = p_supplier
                           and (withdrawn_at is null) <> case
                             when partition_product(partition) is null then p_everything
                             else partition_product(partition) = any (p_products) end
                         order by partition for no key update);
  v_slots := array(select s.id from slot s join supplier_slot ss on ss.slot_id = s.id
                     join supplier_partition sp using (supplier_id, partition)
                    where ss.supplier_id = p_supplier and ss.partition = any (v_partitions)
                      and s.closed_at is not distinct from sp.withdrawn_at
                    order by s.id for no key update of s);
  v_now := holdfast_clock();
  -- A slot that has begun is off sale in any case.
  with turned as (
    update slot set closed_at = case when closed_at is null then v_now end, version = version + 1
     where id = any (v_slots) and (closed_at > v_now - p_restorable or closed_at is null and starts_at > v_now)
    returning closed_at
  )
  select count(closed_at), count(*) - count(closed_at) into withdrawn, restored from turned;
  update supplier_partition set withdrawn_at = case when withdrawn_at is null then v_now end
   where supplier_id = p_supplier and partition = any (v_partitions);
end
$function$;

CREATE OR REPLACE FUNCTION public.set_supplied_capacity(p_slots bigint[])
 RETURNS void
 LANGUAGE sql
AS $function$
  update slot s
     set capacity = supplied.capacity, overclaimed = greatest(0, s.claimed - supplied.capacity), version = s.version + 1
    from (select ss.slot_id, greatest(0, least(1000000, ss.remaining + coalesce((
                   select sum(case when w.acknowledged_at < sp.observed_at
                                   then case r.status when 'confirmed' then w.quantity end
                                   when w.desired_state = 'cancelled' and w.state = 'waiting'
                                        and w.first_sent_at is not null
                                   then -w.quantity end)
                     from write_back w join reservation r on r.id = w.reservation_id
                    where w.slot_id = ss.slot_id), 0)))::integer as capacity
            from supplier_slot ss join supplier_partition sp using (supplier_id, partition)
           where ss.slot_id = any (p_slots)) supplied
   where s.id = supplied.slot_id
     and (s.capacity <> supplied.capacity or s.overclaimed <> greatest(0, s.claimed - supplied.capacity));
$function$;

CREATE OR REPLACE FUNCTION public.take_write_backs(p_suppliers text[], p_limit integer, p_lease interval)
 RETURNS TABLE(reservation_id bigint, supplier_id text, key uuid, quantity integer, desired_state text, attempts integer, was_sent boolean, leased_until timestamp with time zone, upstream_id jsonb, upstream_slot_id jsonb)
 LANGUAGE sql
AS $function$
  with taken as (
    select w.reservation_id from write_back w
     where w.state = 'waiting' and w.supplier_id = any (p_suppliers)
       and w.due_at <= holdfast_clock() and w.leased_until <= holdfast_clock()
       and (w.desired_state = 'cancelled' or not exists (
             select from write_back earlier
              where earlier.slot_id = w.slot_id and earlier.state = 'waiting' and earlier.acknowledged_at is null
                and (earlier.decided_at, earlier.reservation_id) < (w.decided_at, w.reservation_id)))
     order by w.due_at, w.reservation_id limit p_limit for update skip locked
  )
  update write_back w
     set leased_until = holdfast_clock() + p_lease, attempts = w.attempts + 1,
         first_sent_at = case w.desired_state
           when 'booked' then coalesce(w.first_sent_at, holdfast_clock()) else w.first_sent_at end
    from taken, supplier_slot ss
   where w.reservation_id = taken.reservation_id and ss.slot_id = w.slot_id
  returning w.reservation_id, w.supplier_id, w.key, w.quantity, w.desired_state, w.attempts,
            w.first_sent_at is not null, w.leased_until, w.upstream_id, ss.upstream_id;
$function$;

CREATE OR REPLACE FUNCTION public.tell_orders_moved()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_noted text := coalesce(current_setting('holdfast.orders_moved', true), '');
begin
  if v_noted <> '' then
    perform set_config('holdfast.orders_moved', '', true);
    perform pg_notify('holdfast_change', json_build_object(
      'topic', 'order_block', 'keys', case when v_noted not like '*%' then string_to_array(v_noted, ' ') end)::text);
  end if;
  return null;
end
$function$;

create table client (
  id bigint generated by default as identity not null,
  first_name text not null,
  last_name text not null,
  created_at timestamp with time zone not null default holdfast_clock(),
  constraint client_pkey PRIMARY KEY (id)
);

create table event (
  xid xid8 not null default pg_current_xact_id(),
  "position" bigint generated always as identity not null,
  at timestamp with time zone not null default now(),
  kind text not null,
  facts jsonb not null default '{}'::jsonb,
  many boolean not null default false,
  reservations bigint[],
  slots bigint[],
  providers bigint[],
  constraint event_pkey PRIMARY KEY (xid, "position")
);

create table event_horizon (
  xid xid8 not null,
  singleton boolean not null default true,
  constraint event_horizon_pkey PRIMARY KEY (singleton),
  constraint event_horizon_singleton_check CHECK (singleton)
);

create table idempotent_answer (
  scope bytea not null,
  fingerprint bytea not null,
  status integer not null,
  body text not null,
  answered_at timestamp with time zone not null,
  constraint idempotent_answer_pkey PRIMARY KEY (scope)
);

create table installation (
  id uuid not null default gen_random_uuid(),
  singleton boolean not null default true,
  constraint installation_pkey PRIMARY KEY (id),
  constraint installation_singleton_check CHECK (singleton),
  constraint installation_singleton_key UNIQUE (singleton)
);

create table order_block (
  block bigint not null,
  orders integer not null,
  version bigint not null,
  constraint order_block_pkey PRIMARY KEY (block)
);

create table order_line (
  order_id bigint not null,
  line integer not null,
  description text not null,
  quantity integer not null,
  unit_price numeric not null,
  discount numeric not null default 0,
  constraint order_line_pkey PRIMARY KEY (order_id, line),
  constraint line_discount_is_exact CHECK (((discount >= (0)::numeric) AND (discount <= (1)::numeric) AND (scale(trim_scale(discount)) <= 4))),
  constraint line_has_quantity CHECK ((quantity >= 1)),
  constraint line_price_is_exact CHECK (((unit_price >= (0)::numeric) AND (unit_price < ('100000000000'::bigint)::numeric) AND (scale(trim_scale(unit_price)) <= 4)))
);

create table orders (
  id bigint generated by default as identity not null,
  customer text not null,
  ordered_at timestamp with time zone not null default holdfast_clock(),
  status text not null default 'open'::text,
  currency text not null,
  reservation_id bigint,
  constraint orders_pkey PRIMARY KEY (id),
  constraint order_has_currency CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint order_has_status CHECK ((status = ANY (ARRAY['open'::text, 'shipped'::text, 'cancelled'::text]))),
  constraint order_id_is_safe CHECK (((id >= 1) AND (id <= '9007199254740991'::bigint)))
);

create table partition_read (
  supplier_id text not null,
  partition text not null,
  reads bigint not null,
  constraint partition_read_pkey PRIMARY KEY (supplier_id, partition)
);

create table planner_memory (
  supplier_id text not null,
  memory jsonb not null,
  constraint planner_memory_pkey PRIMARY KEY (supplier_id)
);

create table provider (
  id bigint generated by default as identity not null,
  first_name text not null,
  last_name text not null,
  time_zone text not null default 'UTC'::text,
  created_at timestamp with time zone not null default holdfast_clock(),
  constraint provider_pkey PRIMARY KEY (id)
);

create table pull (
  id bigint generated always as identity not null,
  supplier_id text not null,
  epoch bigint not null,
  partition text not null,
  reserved_at timestamp with time zone not null,
  open_until timestamp with time zone not null,
  outcome text,
  constraint pull_pkey PRIMARY KEY (id)
);

create table reservation (
  id bigint generated by default as identity not null,
  slot_id bigint not null,
  client_id bigint not null,
  quantity integer not null default 1,
  status text not null,
  held_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  changed_at timestamp with time zone not null,
  price_amount numeric,
  price_currency text,
  pax jsonb,
  constraint reservation_pkey PRIMARY KEY (id),
  constraint reservation_decided_in_time CHECK (((decided_at >= held_at) AND (decided_at < expires_at))),
  constraint reservation_expires_after_it_is_held CHECK ((expires_at > held_at)),
  constraint reservation_has_quantity CHECK ((quantity >= 1)),
  constraint reservation_has_status CHECK ((status = ANY (ARRAY['held'::text, 'confirmed'::text, 'cancelled'::text, 'expired'::text, 'conflict'::text]))),
  constraint reservation_price_has_currency CHECK (((price_amount IS NULL) = (price_currency IS NULL)))
);

create table reservation_event (
  reservation_id bigint not null,
  id bigint generated always as identity not null,
  at timestamp with time zone not null,
  status text not null,
  slot_id bigint not null,
  quantity integer not null,
  price_amount numeric,
  price_currency text,
  expires_at timestamp with time zone not null,
  constraint reservation_event_pkey PRIMARY KEY (reservation_id, id)
);

create table schema_migration (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default clock_timestamp(),
  constraint schema_migration_pkey PRIMARY KEY (version)
);

create table slot (
  id bigint generated by default as identity not null,
  provider_id bigint,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  name text,
  capacity integer not null,
  claimed integer not null default 0,
  overclaimed integer not null default 0,
  pax jsonb,
  version integer not null default 1,
  closed_at timestamp with time zone,
  created_at timestamp with time zone not null default holdfast_clock(),
  price_amount numeric,
  price_currency text,
  constraint slot_pkey PRIMARY KEY (id),
  constraint slot_ends_after_it_starts CHECK ((ends_at > starts_at)),
  constraint slot_has_capacity CHECK (((capacity >= ((provider_id IS NOT NULL))::integer) AND (capacity <= 1000000))),
  constraint slot_never_overlaps EXCLUDE USING gist (int8range(provider_id, provider_id, '[]'::text) WITH &&, tstzrange(starts_at, ends_at) WITH &&) WHERE (((provider_id IS NOT NULL) AND ((closed_at IS NULL) OR (claimed > 0)))),
  constraint slot_never_oversold CHECK (((claimed >= 0) AND (claimed <= (capacity + overclaimed)))),
  constraint slot_overclaimed_by_suppliers_only CHECK (((overclaimed >= 0) AND ((overclaimed = 0) OR (provider_id IS NULL)))),
  constraint slot_price_has_currency CHECK ((price_currency ~ '^[A-Z]{3}$'::text)),
  constraint slot_price_is_exact CHECK (((price_amount > (0)::numeric) AND (price_amount < ('100000000000'::bigint)::numeric) AND (scale(trim_scale(price_amount)) <= 4))),
  constraint slot_price_is_whole CHECK (((price_amount IS NULL) = (price_currency IS NULL)))
);

create table state_log (
  vehicle_id bigint not null,
  at timestamp with time zone not null,
  sequence bigint generated always as identity not null,
  state text not null,
  constraint state_log_pkey PRIMARY KEY (vehicle_id, at, sequence) INCLUDE (state),
  constraint state_log_in_calendar CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at < '10000-01-01 00:00:00+00'::timestamp with time zone))),
  constraint state_log_names_a_state CHECK (((char_length(state) >= 1) AND (char_length(state) <= 100)))
);

create table supplier (
  id text not null,
  paused boolean not null default false,
  epoch bigint not null default 0,
  lease_holder uuid,
  lease_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  blocked_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  last_pull_at timestamp with time zone,
  last_error text,
  last_error_at timestamp with time zone,
  constraint supplier_pkey PRIMARY KEY (id)
);

create table supplier_partition (
  supplier_id text not null,
  partition text not null,
  observed_at timestamp with time zone not null,
  digest bytea not null,
  unconfirmed bytea,
  withdrawn_at timestamp with time zone,
  constraint supplier_partition_pkey PRIMARY KEY (supplier_id, partition)
);

create table supplier_slot (
  slot_id bigint not null,
  supplier_id text not null,
  partition text not null,
  upstream_id jsonb not null,
  remaining integer not null,
  detail jsonb not null,
  constraint supplier_slot_pkey PRIMARY KEY (slot_id),
  constraint supplier_slot_has_remaining CHECK (((remaining >= 0) AND (remaining <= 1000000))),
  constraint supplier_slot_is_one UNIQUE (supplier_id, upstream_id)
);

create table vehicle (
  id bigint generated by default as identity not null,
  make text not null,
  model text not null,
  created_at timestamp with time zone not null default holdfast_clock(),
  constraint vehicle_pkey PRIMARY KEY (id),
  constraint vehicle_make_is_short CHECK (((char_length(make) >= 1) AND (char_length(make) <= 200))),
  constraint vehicle_model_is_short CHECK (((char_length(model) >= 1) AND (char_length(model) <= 200)))
);

create table write_back (
  reservation_id bigint not null,
  slot_id bigint not null,
  supplier_id text not null,
  key uuid not null default gen_random_uuid(),
  quantity integer not null,
  desired_state text not null,
  state text not null default 'waiting'::text,
  upstream_id jsonb,
  acknowledged_at timestamp with time zone,
  decided_at timestamp with time zone not null,
  attempts integer not null default 0,
  first_sent_at timestamp with time zone,
  due_at timestamp with time zone not null,
  leased_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  refusal text,
  reason text,
  constraint write_back_pkey PRIMARY KEY (reservation_id),
  constraint write_back_has_desired_state CHECK ((desired_state = ANY (ARRAY['booked'::text, 'cancelled'::text]))),
  constraint write_back_has_state CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'refused'::text, 'parked'::text])))
);

CREATE INDEX idempotent_answer_age ON public.idempotent_answer USING btree (answered_at);

CREATE UNIQUE INDEX order_of_reservation ON public.orders USING btree (reservation_id) WHERE (reservation_id IS NOT NULL);

CREATE INDEX pull_in_window ON public.pull USING btree (supplier_id, open_until DESC);

CREATE INDEX reservation_due ON public.reservation USING btree (expires_at) WHERE (status = 'held'::text);

CREATE INDEX reservation_ended_on_slot ON public.reservation USING btree (slot_id) WHERE (status = ANY (ARRAY['cancelled'::text, 'expired'::text, 'conflict'::text]));

CREATE INDEX reservation_held_on_slot ON public.reservation USING btree (slot_id, expires_at) WHERE (status = 'held'::text);

CREATE INDEX reservation_live_on_slot ON public.reservation USING btree (slot_id) WHERE (status = ANY (ARRAY['held'::text, 'confirmed'::text]));

CREATE INDEX reservation_of_client ON public.reservation USING btree (client_id, id);

CREATE INDEX slot_by_provider ON public.slot USING btree (provider_id, starts_at);

CREATE INDEX slot_by_start ON public.slot USING btree (starts_at, id);

CREATE INDEX supplier_slot_by_partition ON public.supplier_slot USING btree (supplier_id, partition);

CREATE INDEX write_back_due ON public.write_back USING btree (supplier_id, due_at) WHERE (state = ANY (ARRAY['waiting'::text, 'parked'::text]));

CREATE INDEX write_back_on_slot ON public.write_back USING btree (slot_id, decided_at, reservation_id);

alter table order_line add constraint line_of_known_order FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE CASCADE;

alter table orders add constraint order_of_known_reservation FOREIGN KEY (reservation_id) REFERENCES reservation(id);

alter table planner_memory add constraint planner_memory_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES supplier(id);

alter table pull add constraint pull_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES supplier(id);

alter table reservation add constraint reservation_of_known_client FOREIGN KEY (client_id) REFERENCES client(id);

alter table reservation add constraint reservation_of_known_slot FOREIGN KEY (slot_id) REFERENCES slot(id);

alter table reservation_event add constraint reservation_event_reservation_id_fkey FOREIGN KEY (reservation_id) REFERENCES reservation(id);

alter table slot add constraint slot_of_known_provider FOREIGN KEY (provider_id) REFERENCES provider(id);

alter table state_log add constraint state_log_of_known_vehicle FOREIGN KEY (vehicle_id) REFERENCES vehicle(id);

alter table supplier_partition add constraint supplier_partition_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES supplier(id);

alter table supplier_slot add constraint supplier_slot_slot_id_fkey FOREIGN KEY (slot_id) REFERENCES slot(id) ON DELETE CASCADE;

alter table supplier_slot add constraint supplier_slot_supplier_id_partition_fkey FOREIGN KEY (supplier_id, partition) REFERENCES supplier_partition(supplier_id, partition);

alter table write_back add constraint write_back_reservation_id_fkey FOREIGN KEY (reservation_id) REFERENCES reservation(id);

CREATE CONSTRAINT TRIGGER tell_orders_moved AFTER INSERT OR UPDATE ON public.order_block DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tell_orders_moved();

CREATE TRIGGER announce_delete AFTER DELETE ON public.order_line REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION announce_change('order', 'order_id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.order_line REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('order', 'order_id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.order_line FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('order');

CREATE TRIGGER announce_update AFTER UPDATE ON public.order_line REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('order', 'order_id');

CREATE TRIGGER announce_delete AFTER DELETE ON public.orders REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('order', 'id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.orders REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('order', 'id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.orders FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('order');

CREATE TRIGGER announce_update AFTER UPDATE ON public.orders REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('order', 'id');

CREATE TRIGGER order_keeps_its_id BEFORE UPDATE OF id ON public.orders FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION order_keeps_its_id();

CREATE TRIGGER orders_deleted AFTER DELETE ON public.orders REFERENCING OLD TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION orders_moved();

CREATE TRIGGER orders_inserted AFTER INSERT ON public.orders REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION orders_moved();

CREATE TRIGGER orders_truncated AFTER TRUNCATE ON public.orders FOR EACH STATEMENT EXECUTE FUNCTION orders_truncated();

CREATE TRIGGER announce_delete AFTER DELETE ON public.provider REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('provider', 'id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.provider REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('provider', 'id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.provider FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('provider');

CREATE TRIGGER announce_update AFTER UPDATE ON public.provider REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('provider', 'id');

CREATE TRIGGER announce_delete AFTER DELETE ON public.reservation REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('claim', 'coalesce((select slot.provider_id from slot where slot.id = changed.slot_id), 0) || '':'' || changed.slot_id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.reservation REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_claims_inserted();

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.reservation FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('claim');

CREATE TRIGGER announce_update AFTER UPDATE ON public.reservation REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_claims_updated();

CREATE TRIGGER reservation_inserted AFTER INSERT ON public.reservation REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION reservation_inserted();

CREATE TRIGGER reservation_states BEFORE UPDATE OF status ON public.reservation FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION reservation_states();

CREATE TRIGGER reservation_updated AFTER UPDATE ON public.reservation REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION reservation_updated();

CREATE TRIGGER reservations_inserted_ordered AFTER INSERT ON public.reservation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reservations_ordered();

CREATE TRIGGER reservations_inserted_written_back AFTER INSERT ON public.reservation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_write_backs();

CREATE TRIGGER reservations_updated_ordered AFTER UPDATE ON public.reservation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reservations_ordered();

CREATE TRIGGER reservations_updated_written_back AFTER UPDATE ON public.reservation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_write_backs();

CREATE TRIGGER announce_delete AFTER DELETE ON public.slot REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_slot_deleted();

CREATE TRIGGER announce_insert AFTER INSERT ON public.slot REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_slot_inserted();

CREATE TRIGGER announce_price AFTER UPDATE OF price_amount, price_currency ON public.slot FOR EACH ROW WHEN (((new.provider_id IS NOT NULL) AND ((old.price_amount IS DISTINCT FROM new.price_amount) OR (old.price_currency IS DISTINCT FROM new.price_currency)))) EXECUTE FUNCTION announce_price();

CREATE TRIGGER announce_supplier_slot AFTER UPDATE ON public.slot FOR EACH ROW WHEN ((new.provider_id IS NULL)) EXECUTE FUNCTION announce_supplier_slot();

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.slot FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('calendar');

CREATE TRIGGER announce_update AFTER UPDATE ON public.slot REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_slot_updated();

CREATE TRIGGER announce_delete AFTER DELETE ON public.state_log REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'vehicle_id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.state_log REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'vehicle_id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.state_log FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('vehicle');

CREATE TRIGGER announce_update AFTER UPDATE ON public.state_log REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'vehicle_id');

CREATE TRIGGER note_updated AFTER UPDATE ON public.supplier FOR EACH ROW WHEN (((old.paused <> new.paused) OR (old.epoch <> new.epoch) OR (old.blocked_until <> new.blocked_until) OR (old.last_error IS DISTINCT FROM new.last_error) OR (old.last_error_at IS DISTINCT FROM new.last_error_at))) EXECUTE FUNCTION note_supplier();

CREATE TRIGGER announce_delete AFTER DELETE ON public.supplier_partition REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('supplier_partition', 'partition_key(supplier_id, partition)');

CREATE TRIGGER announce_insert AFTER INSERT ON public.supplier_partition REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('supplier_partition', 'partition_key(supplier_id, partition)');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.supplier_partition FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('supplier_partition');

CREATE TRIGGER announce_update AFTER UPDATE ON public.supplier_partition REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('supplier_partition', 'partition_key(supplier_id, partition)');

CREATE TRIGGER note_updated AFTER UPDATE ON public.supplier_partition FOR EACH ROW WHEN (((old.observed_at <> new.observed_at) OR (old.unconfirmed IS DISTINCT FROM new.unconfirmed))) EXECUTE FUNCTION note_sync();

CREATE TRIGGER announce_delete AFTER DELETE ON public.vehicle REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.vehicle REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.vehicle FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('vehicle');

CREATE TRIGGER announce_update AFTER UPDATE ON public.vehicle REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'id');

CREATE TRIGGER announce_delete AFTER DELETE ON public.write_back REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('write_back', 'supplier_id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.write_back REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('write_back', 'supplier_id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.write_back FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('write_back');

CREATE TRIGGER announce_update AFTER UPDATE ON public.write_back REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('write_back', 'supplier_id');

CREATE TRIGGER note_inserted AFTER INSERT ON public.write_back REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_bookings();

CREATE TRIGGER note_updated AFTER UPDATE ON public.write_back REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_bookings();
