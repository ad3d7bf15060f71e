-- The schema that the migrations make. Written by `npm run schema`; to change it, add a migration.
-- What background jobs keep for themselves is not here: pg-boss makes its own schema, pgboss, when a server starts.

-- Functions stand before the tables they name.
set check_function_bodies = off;

create type told_slot as (
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
         state = case wanted when 'booked' then 'done' else 'waiting' end, attempts = 0,
         due_at = holdfast_clock(), leased_until = '-infinity'
   where reservation_id = p_reservation and state in ('waiting', 'parked');
$function$;

CREATE OR REPLACE FUNCTION public.advance_order_ids(p_up_to bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_gap bigint := p_up_to - (select case when is_called then last_value else last_value - 1 end from orders_id_seq);
begin
  -- When the sequence is nearly there, setval could move it back behind concurrent calls of nextval. Drawing the
  -- numbers cannot.
  if v_gap > 10000 then
    perform setval('orders_id_seq', p_up_to);
  elsif v_gap > 0 then
    perform nextval('orders_id_seq') from generate_series(1, v_gap);
  end if;
end
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
  execute format('select array_agg(listed.key) from (
    select distinct (%s)::text as key from (%s) changed limit 201) listed', tg_argv[1], v_rows) into v_keys;
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
  with changed as materialized (
    select r.id, r.slot_id, r.status, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from new_rows r
  ), size as (
    select count(*) as rows from (select from changed limit 201) first_rows
  ), logged as (
    insert into event (kind, attributes, reservation_ids, slot_ids, provider_ids)
      select 'reservation', jsonb_build_object('status', status), array_agg(id), array_agg(slot_id), array_agg(provider_id)
        from changed, size where rows <= 200 group by status
  ), logged_bulk as (
    insert into event (kind, is_bulk) select 'reservation', true from size where rows > 200
  )
  select array_agg(key) into v_keys
    from (select distinct coalesce(provider_id, 0) || ':' || slot_id as key from changed limit 201) claims;
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
  with changed as materialized (
    select r.id, r.slot_id, r.status, (select s.provider_id from slot s where s.id = r.slot_id) as provider_id
      from new_rows r
  ), size as (
    select count(*) as rows from (select from changed limit 201) first_rows
  ), logged as (
    insert into event (kind, attributes, reservation_ids, slot_ids, provider_ids)
      select 'reservation', jsonb_build_object('status', status), array_agg(id), array_agg(slot_id), array_agg(provider_id)
        from changed, size where rows <= 200 group by status
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
$function$;

CREATE OR REPLACE FUNCTION public.announce_order_blocks()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_changes text := coalesce(current_setting('holdfast.order_block_changes', true), '');
begin
  if v_changes <> '' then
    perform set_config('holdfast.order_block_changes', '', true);
    perform pg_notify('holdfast_change', json_build_object(
      'topic', 'order_block', 'keys', case when v_changes not like '*%' then string_to_array(v_changes, ' ') end)::text);
  end if;
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
  perform log_slots(array_agg(id), array_agg(provider_id)) from (select id, provider_id from old_rows limit 201) first_rows;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_slot_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform announce_providers(array(select distinct provider_id from new_rows where provider_id is not null limit 201));
  perform log_slots(array_agg(id), array_agg(provider_id)) from (select id, provider_id from new_rows limit 201) first_rows;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_slot_updated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_slot_ids bigint[];
  v_provider_ids bigint[];
begin
  select array_agg(id), array_agg(provider_id) into v_slot_ids, v_provider_ids
    from (select new_rows.id, new_rows.provider_id
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
  perform log_slots(v_slot_ids, v_provider_ids);
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
    'topic', 'supply_part', 'keys', json_build_array(known.supplier_id || '/' || known.part))::text)
    from supplier_slot known where known.slot_id = new.id;
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

CREATE OR REPLACE FUNCTION public.ask_for_parts(p_supplier text, p_asked text[], OUT withdrawn bigint, OUT restored bigint)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  v_now timestamptz;
  v_parts text[];
  v_slots bigint[];
begin
  v_parts := array(select part from supply_part
                    where supplier_id = p_supplier
                      and (withdrawn_at is null) <> (split_part(part, '/', 1) = any (p_asked))
                    order by part for no key update);
  v_slots := array(select s.id from slot s join supplier_slot known on known.slot_id = s.id
                     join supply_part known_part using (supplier_id, part)
                    where known.supplier_id = p_supplier and known.part = any (v_parts)
                      and s.closed_at is not distinct from known_part.withdrawn_at
                    order by s.id for no key update of s);
  v_now := holdfast_clock();
  -- What has begun is not for sale any more in any case.
  with turned as (
    update slot set closed_at = case when closed_at is null then v_now end, version = version + 1
     where id = any (v_slots) and (closed_at > v_now - interval '1 day' or closed_at is null and starts_at > v_now)
    returning closed_at
  )
  select count(closed_at), count(*) - count(closed_at) into withdrawn, restored from turned;
  update supply_part set withdrawn_at = case when withdrawn_at is null then v_now end
   where supplier_id = p_supplier and part = any (v_parts);
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

CREATE OR REPLACE FUNCTION public.clear_order_blocks()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from order_block;
  perform set_config('holdfast.order_block_changes', '', true);
  perform pg_notify('holdfast_change', json_build_object('topic', 'order_block', 'keys', null)::text);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.confirm_reservations(p_reservation bigint[], p_client bigint[])
 RETURNS TABLE(place integer, outcome text, reservation_id bigint, slot_id bigint, provider_id bigint, client_id bigint, quantity integer, status text, start_time timestamp with time zone, end_time timestamp with time zone, created_at timestamp with time zone, expires_at timestamp with time zone, confirmed_at timestamp with time zone, price_amount numeric, price_currency text, name text, pax jsonb)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  v_now timestamptz;
  v_request record;
  v_ids bigint[] := '{}';
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
      status := 'confirmed';
      confirmed_at := v_now;
    end if;
    return next;
  end loop;
  if cardinality(v_ids) > 0 then
    update reservation r set status = 'confirmed', decided_at = v_now, changed_at = v_now where r.id = any (v_ids);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.count_orders_by_block()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_sign integer := case tg_op when 'INSERT' then 1 else -1 end;
  v_mark text := case tg_op when 'INSERT' then '+' else '-' end;
  v_has_few boolean := (select count(*) <= 100 from (select from moved limit 101) first_rows);
  v_changes text := coalesce(current_setting('holdfast.order_block_changes', true), '');
begin
  if tg_op = 'INSERT' then
    perform advance_order_ids(max(id)) from moved;
  end if;
  with counted as (
    insert into order_block as stored (block, orders, version)
      select id >> 8, v_sign * count(*), 1 from moved group by 1 order by 1
    on conflict (block) do update set orders = stored.orders + excluded.orders, version = stored.version + 1
    returning block, orders, version
  )
  select trim(v_changes || ' ' || string_agg(format('%s:%s:%s:%s', block, version, orders, case when v_has_few then (
                                  select string_agg(v_mark || id, '' order by id) from moved where id >> 8 = block)
                                else '*' end), ' '))
    into v_changes from (select * from counted limit 1001) listed;
  if v_changes is not null then
    -- A notification holds at most 8,000 bytes. `*` alone stands for changes that do not fit, which includes every list
    -- that the limit of 1,001 blocks has cut.
    perform set_config('holdfast.order_block_changes',
                       case when length(v_changes) <= 5000 then v_changes else '*' end, true);
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.delete_old_events(p_max_age interval, p_max_rows bigint)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
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
    delete from event where xid < v_from or xid >= pg_snapshot_xmax(pg_current_snapshot()) returning xid
  )
  select count(*), (array_agg(xid order by xid desc) filter (where xid < v_from))[1] into v_deleted, v_last from deleted;
  update event_horizon set xid = v_last where xid < v_last;
  update event_horizon set xid = v_from where xid >= pg_snapshot_xmax(pg_current_snapshot());
  return v_deleted;
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
   where reservation_id = p_reservation and wanted = 'cancelled' and state in ('waiting', 'parked');
  if found then
    perform fit_supplier_slots(array[v_slot]);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.fit_supplier_slots(p_slot bigint[])
 RETURNS void
 LANGUAGE sql
AS $function$
  update slot s
     set capacity = fitted.capacity, overclaimed = greatest(0, s.claimed - fitted.capacity), version = s.version + 1
    from (select known.slot_id, greatest(0, least(1000000, known.remaining + coalesce((
                   select sum(case when w.acknowledged_at < known_part.observed_at
                                   then case r.status when 'confirmed' then w.quantity end
                                   when w.wanted = 'cancelled' and w.state = 'waiting' and w.first_sent_at is not null
                                   then -w.quantity end)
                     from write_back w join reservation r on r.id = w.reservation_id
                    where w.slot_id = known.slot_id), 0)))::integer as capacity
            from supplier_slot known join supply_part known_part using (supplier_id, part)
           where known.slot_id = any (p_slot)) fitted
   where s.id = fitted.slot_id
     and (s.capacity <> fitted.capacity or s.overclaimed <> greatest(0, s.claimed - fitted.capacity));
$function$;

CREATE OR REPLACE FUNCTION public.hold_slots(p_slot bigint[], p_client bigint[], p_quantity integer[], p_version integer[], p_pax jsonb, p_ttl interval, p_notice interval)
 RETURNS TABLE(place integer, outcome text, slot_version integer, remaining integer, reservation_id bigint, slot_id bigint, provider_id bigint, client_id bigint, quantity integer, status text, start_time timestamp with time zone, end_time timestamp with time zone, created_at timestamp with time zone, expires_at timestamp with time zone, confirmed_at timestamp with time zone, price_amount numeric, price_currency text, name text, pax jsonb)
 LANGUAGE plpgsql
AS $function$
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
begin
  perform from slot where id = any (p_slot) order by id for no key update;
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
    if v_request.slot_pax is not null or jsonb_typeof(v_request.pax) = 'array' then
      select priced.outcome, priced.remaining, priced.pax into v_pax_outcome, v_pax_remaining, pax
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
    insert into reservation (id, slot_id, client_id, quantity, price_amount, price_currency, pax, status, held_at,
                             expires_at, changed_at)
      select held.id, held.slot_id, held.client_id, held.quantity, s.price_amount, s.price_currency, held.pax, 'held',
             v_now, v_now + p_ttl, v_now
        from unnest(v_ids, v_slots, v_clients, v_quantities, v_pax) as held (id, slot_id, client_id, quantity, pax)
        join slot s on s.id = held.slot_id;
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.holdfast_clock()
 RETURNS timestamp with time zone
 LANGUAGE sql
 PARALLEL SAFE
RETURN clock_timestamp();

CREATE OR REPLACE FUNCTION public.log_bookings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (select count(*) from (select from new_rows limit 201) first_rows) > 200 then
    insert into event (kind, is_bulk) values ('booking', true);
  elsif tg_op = 'INSERT' then
    insert into event (kind, attributes, reservation_ids, slot_ids)
      select 'booking', jsonb_build_object('supplier_id', supplier_id, 'wanted', wanted, 'state', state),
             array_agg(reservation_id), array_agg(slot_id)
        from new_rows group by supplier_id, wanted, state;
  else
    insert into event (kind, attributes, reservation_ids, slot_ids)
      select 'booking', jsonb_build_object('supplier_id', w.supplier_id, 'wanted', w.wanted, 'state', w.state),
             array_agg(w.reservation_id), array_agg(w.slot_id)
        from new_rows w join old_rows o using (reservation_id)
       where (w.wanted, w.state) <> (o.wanted, o.state)
       group by w.supplier_id, w.wanted, w.state;
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.log_slots(p_slot_ids bigint[], p_provider_ids bigint[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if cardinality(p_slot_ids) > 200 then
    insert into event (kind, is_bulk) values ('slot', true);
  elsif cardinality(p_slot_ids) > 0 then
    insert into event (kind, slot_ids, provider_ids) values ('slot', p_slot_ids, p_provider_ids);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.log_supplier()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into event (kind, attributes) values ('sync', jsonb_build_object('supplier_id', new.id));
  perform pg_notify('holdfast_change', json_build_object('topic', 'supplier', 'keys', json_build_array(new.id))::text);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.log_sync()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into event (kind, attributes) values ('sync', jsonb_build_object('supplier_id', new.supplier_id));
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.priced_pax(p_slot_pax jsonb, p_requested jsonb, p_quantity integer, OUT outcome text, OUT remaining integer, OUT pax jsonb)
 RETURNS record
 LANGUAGE sql
 IMMUTABLE
AS $function$
  with requested as (
    select item ->> 'type' as type, (item ->> 'quantity')::integer as quantity, place
      from jsonb_array_elements(p_requested) with ordinality as items (item, place)
    union all
    (select offered ->> 'type', p_quantity, 1
       from jsonb_array_elements(p_slot_pax) with ordinality as types (offered, place)
      where p_requested is null order by (offered -> 'is_primary') desc, place limit 1)
  ), matched as (
    select requested.*, offered, quantity > (offered ->> 'remaining')::integer as is_short
      from requested left join jsonb_array_elements(p_slot_pax) offered on offered ->> 'type' = requested.type
  )
  select case
           when bool_or(offered is null) then 'no_such_pax'
           when bool_or(quantity not between (offered ->> 'min')::integer and (offered ->> 'max')::integer)
           then 'pax_refused'
           when bool_or(is_short) then 'taken' end,
         min((offered ->> 'remaining')::integer) filter (where is_short),
         jsonb_agg(jsonb_build_object(
           'type', type, 'name', offered ->> 'name', 'quantity', quantity, 'price', jsonb_build_object(
             'amount', offered #>> '{price,final}', 'currency', offered #>> '{price,currency}')) order by place)
    from matched;
$function$;

CREATE OR REPLACE FUNCTION public.refuse_booking(p_reservation bigint, p_reason text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_entry write_back;
begin
  select * into v_entry from write_back where reservation_id = p_reservation;
  -- In the order of swap_supply_part.
  perform from supply_part known_part join supplier_slot known using (supplier_id, part)
    where known.slot_id = v_entry.slot_id for no key update of known_part;
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
  update supplier_slot known
     set remaining = least(known.remaining, v_entry.quantity - 1 + coalesce((
           select sum(w.quantity) from write_back w
            where w.slot_id = known.slot_id and w.acknowledged_at >= known_part.observed_at
              and (w.wanted = 'booked' or w.state <> 'done')), 0))
    from supply_part known_part
   where known.slot_id = v_entry.slot_id
     and (known_part.supplier_id, known_part.part) = (known.supplier_id, known.part);
  -- The next answer is news, though it may be the same as the last one.
  update supply_part known_part set digest = ''
    from supplier_slot known
   where known.slot_id = v_entry.slot_id
     and (known_part.supplier_id, known_part.part) = (known.supplier_id, known.part);
  perform fit_supplier_slots(array[v_entry.slot_id]);
end
$function$;

CREATE OR REPLACE FUNCTION public.refuse_order_id_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the id of an order cannot be changed'
    using errcode = 'check_violation', constraint = 'order_id_is_fixed';
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

CREATE OR REPLACE FUNCTION public.reservations_written_back()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_now timestamptz;
begin
  -- The usual case ends here.
  perform from changed join supplier_slot known on known.slot_id = changed.slot_id
    where changed.status in ('confirmed', 'cancelled');
  if not found then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('write_back of a slot', turn.slot_id))
    from (select distinct changed.slot_id from changed join supplier_slot known on known.slot_id = changed.slot_id
           where changed.status = 'confirmed' order by changed.slot_id) turn;
  v_now := holdfast_clock();
  insert into write_back (reservation_id, slot_id, supplier_id, quantity, wanted, decided_at, due_at)
    select changed.id, changed.slot_id, known.supplier_id, changed.quantity, 'booked', v_now, v_now
      from changed join supplier_slot known on known.slot_id = changed.slot_id
     where changed.status = 'confirmed' order by changed.id
  on conflict (reservation_id) do nothing;
  update write_back w
     set wanted = 'cancelled', state = 'waiting', due_at = changed.changed_at, attempts = 0, reason = null
    from changed
   where w.reservation_id = changed.id and changed.status = 'cancelled' and w.wanted = 'booked' and w.state <> 'refused';
  -- The supplier holds the unit for now. Whoever ends a reservation has locked its slot.
  perform fit_supplier_slots(array(select slot_id from changed where status = 'cancelled'));
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.reserve_pull(p_supplier text, p_epoch bigint, p_part text, p_pulls integer[], p_windows interval[], p_lease interval, p_ahead interval DEFAULT '00:00:00'::interval, OUT outcome text, OUT pull_id bigint, OUT reserved_at timestamp with time zone, OUT wait_until timestamp with time zone)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  v_now timestamptz;
  v_supplier supplier;
  v_limit record;
  v_until timestamptz;
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
  wait_until := v_supplier.blocked_until;
  for v_limit in select * from unnest(p_pulls, p_windows) as limits (pulls, length) loop
    select open_until + v_limit.length into v_until
      from pull where supplier_id = p_supplier and open_until > v_now - v_limit.length
     order by open_until desc offset v_limit.pulls - 1 limit 1;
    wait_until := greatest(wait_until, v_until);
  end loop;
  if wait_until > v_now + p_ahead then
    outcome := 'wait';
    return;
  end if;
  insert into pull (supplier_id, epoch, part, reserved_at, open_until)
    values (p_supplier, p_epoch, p_part, v_now, v_now + p_lease)
    returning id into pull_id;
  update supplier set last_pull_at = v_now where id = p_supplier;
  outcome := 'reserved';
end
$function$;

CREATE OR REPLACE FUNCTION public.swap_supply_part(p_supplier text, p_epoch bigint, p_part text, p_observed_at timestamp with time zone, p_digest bytea, p_slots jsonb, p_gone boolean)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
declare
  v_now timestamptz;
  v_before supply_part;
  v_told told_slot[];
  v_known bigint[];
  v_gone bigint[];
  v_moved bigint[];
  v_doubted bytea;
  v_going bigint;
  v_for_sale bigint;
begin
  perform from supplier where id = p_supplier and epoch = p_epoch for share;
  if not found then
    return 'fenced';
  end if;
  insert into supply_part (supplier_id, part, observed_at, digest) values (p_supplier, p_part, '-infinity', '')
    on conflict do nothing;
  select * into v_before from supply_part where supplier_id = p_supplier and part = p_part for no key update;
  if v_before.observed_at >= p_observed_at then
    return 'older';
  end if;

  -- Slots before reservations and in id order, as everywhere. A slot may have moved here from another part.
  v_known := array(select s.id from slot s join supplier_slot known on known.slot_id = s.id
                    where known.supplier_id = p_supplier
                      and (known.part = p_part and s.closed_at is null
                           or known.upstream_id in (select item -> 'upstream_id' from jsonb_array_elements(p_slots) item))
                    order by s.id for no key update of s);
  v_now := holdfast_clock();
  -- The same answer is no news, unless something of it has been closed or has gone to another part meanwhile.
  if v_before.digest = p_digest and not exists (
       select from jsonb_array_elements(p_slots) item
        where not exists (select from supplier_slot known join slot s on s.id = known.slot_id
                           where known.supplier_id = p_supplier and known.upstream_id = item -> 'upstream_id'
                             and known.part = p_part and s.closed_at is null)) then
    update supply_part set observed_at = p_observed_at, doubted = null where supplier_id = p_supplier and part = p_part;
    perform fit_supplier_slots(v_known);
    return 'unchanged';
  end if;

  v_moved := array(select known.slot_id from supplier_slot known join slot s on s.id = known.slot_id
                    where known.slot_id = any (v_known) and known.part <> p_part and s.closed_at is null);
  v_gone := array(select known.slot_id from supplier_slot known
                   where known.slot_id = any (v_known) and known.part = p_part
                     and known.upstream_id not in (select item -> 'upstream_id' from jsonb_array_elements(p_slots) item));
  if p_gone then
    select count(*) filter (where id = any (v_gone)), count(*) into v_going, v_for_sale
      from slot where id = any (v_known) and closed_at is null and starts_at > v_now;
    v_doubted := decode(md5(v_gone::text), 'hex');
    if v_going >= 3 and v_going * 2 > v_for_sale and v_before.doubted is distinct from v_doubted then
      update supply_part set doubted = v_doubted where supplier_id = p_supplier and part = p_part;
      return 'doubted';
    end if;
  end if;
  update supply_part set observed_at = p_observed_at, digest = p_digest, doubted = null
   where supplier_id = p_supplier and part = p_part;

  v_told := array(
    select (told.upstream_id, told.starts_at, told.ends_at, told.name, told.remaining, told.price_amount,
            told.price_currency, told.pax, told.detail, coalesce(known.slot_id, nextval('slot_id_seq')))::told_slot
      from jsonb_populate_recordset(null::told_slot, p_slots) told
      left join supplier_slot known on known.supplier_id = p_supplier and known.upstream_id = told.upstream_id);
  insert into slot (id, starts_at, ends_at, name, capacity, price_amount, price_currency, pax)
    select slot_id, starts_at, ends_at, name, remaining, price_amount, price_currency, pax
      from unnest(v_told) where slot_id <> all (v_known) order by slot_id;
  update slot s
     set starts_at = told.starts_at, ends_at = told.ends_at, name = told.name, price_amount = told.price_amount,
         price_currency = told.price_currency, pax = told.pax, closed_at = null, version = s.version + 1
    from unnest(v_told) told
   where s.id = told.slot_id
     and (s.starts_at, s.ends_at, s.name, s.price_amount, s.price_currency, s.pax, s.closed_at)
         is distinct from (told.starts_at, told.ends_at, told.name, told.price_amount, told.price_currency, told.pax,
                           null);
  insert into supplier_slot as known (slot_id, supplier_id, part, upstream_id, remaining, detail)
    select slot_id, p_supplier, p_part, upstream_id, remaining, detail from unnest(v_told) order by slot_id
  on conflict (slot_id) do update
    set part = excluded.part, remaining = excluded.remaining, detail = excluded.detail
    where (known.part, known.remaining, known.detail) is distinct from (excluded.part, excluded.remaining, excluded.detail);

  update supplier_slot set remaining = 0 where slot_id = any (v_gone) and remaining <> 0;
  -- What was sold out in its time and is over is nobody's concern; it would be loaded and locked for ever.
  update slot set closed_at = v_now, version = version + 1
   where id = any (v_gone) and closed_at is null and ends_at <= v_now;
  if p_gone and cardinality(v_gone || v_moved) > 0 then
    update slot set closed_at = v_now, version = version + 1 where id = any (v_gone) and closed_at is null;
    -- What was sold and is no more: the client is told, and nothing is dropped in silence. A slot that has begun is no
    -- longer for sale, which is no news. One that is on another day now is gone from its own, whichever is pulled first.
    with lost as (
      select r.id from reservation r join slot s on s.id = r.slot_id
       where s.id = any (v_gone || v_moved) and s.starts_at > v_now and r.status = 'confirmed'
       order by r.id for no key update of r
    ), told as (
      -- It may hold the booking all the same, now or after an attempt under way: that is taken back.
      update write_back w
         set wanted = 'cancelled', state = 'waiting', due_at = v_now, attempts = 0, reason = null,
             refusal = 'the supplier no longer has this slot'
        from lost where w.reservation_id = lost.id and w.state <> 'refused'
    )
    update reservation r set status = 'conflict', changed_at = v_now from lost where r.id = lost.id;
  end if;

  perform fit_supplier_slots(v_known || array(select slot_id from unnest(v_told)));
  return 'changed';
end
$function$;

CREATE OR REPLACE FUNCTION public.sync_orders_with_reservations()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- The usual case ends here: no reservation that costs something was confirmed, moved or ended.
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

  -- A reservation that has moved to another slot keeps its order, with the new time and price. A free slot costs 0.
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

  with confirmed as (
    select changed.id, changed.quantity, changed.pax, changed.changed_at, changed.price_amount, cost.currency,
           describe_slot(s.name, s.starts_at, s.ends_at) as description,
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
    insert into orders (customer, ordered_at, currency, reservation_id)
      select customer, changed_at, currency, id from confirmed order by id
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
$function$;

CREATE OR REPLACE FUNCTION public.take_write_backs(p_suppliers text[], p_limit integer, p_lease interval)
 RETURNS TABLE(reservation_id bigint, supplier_id text, key uuid, quantity integer, wanted text, attempts integer, was_sent boolean, leased_until timestamp with time zone, upstream_id jsonb, upstream_slot_id jsonb)
 LANGUAGE sql
AS $function$
  with taken as (
    select w.reservation_id from write_back w
     where w.state = 'waiting' and w.supplier_id = any (p_suppliers)
       and w.due_at <= holdfast_clock() and w.leased_until <= holdfast_clock()
       and (w.wanted = 'cancelled' or not exists (
             select from write_back earlier
              where earlier.slot_id = w.slot_id and earlier.state = 'waiting' and earlier.acknowledged_at is null
                and (earlier.decided_at, earlier.reservation_id) < (w.decided_at, w.reservation_id)))
     order by w.due_at, w.reservation_id limit p_limit for update skip locked
  )
  update write_back w
     set leased_until = holdfast_clock() + p_lease, attempts = w.attempts + 1,
         first_sent_at = case w.wanted when 'booked' then coalesce(w.first_sent_at, holdfast_clock()) else w.first_sent_at end
    from taken, supplier_slot known
   where w.reservation_id = taken.reservation_id and known.slot_id = w.slot_id
  returning w.reservation_id, w.supplier_id, w.key, w.quantity, w.wanted, w.attempts, w.first_sent_at is not null,
            w.leased_until, w.upstream_id, known.upstream_id;
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
  recorded_at timestamp with time zone not null default now(),
  kind text not null,
  attributes jsonb not null default '{}'::jsonb,
  is_bulk boolean not null default false,
  reservation_ids bigint[],
  slot_ids bigint[],
  provider_ids bigint[],
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
  part text not null,
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
  leader uuid,
  leader_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  blocked_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  last_pull_at timestamp with time zone,
  last_error text,
  last_error_at timestamp with time zone,
  constraint supplier_pkey PRIMARY KEY (id)
);

create table supplier_slot (
  slot_id bigint not null,
  supplier_id text not null,
  part text not null,
  upstream_id jsonb not null,
  remaining integer not null,
  detail jsonb not null,
  constraint supplier_slot_pkey PRIMARY KEY (slot_id),
  constraint supplier_slot_has_remaining CHECK (((remaining >= 0) AND (remaining <= 1000000))),
  constraint supplier_slot_is_one UNIQUE (supplier_id, upstream_id)
);

create table supply_part (
  supplier_id text not null,
  part text not null,
  observed_at timestamp with time zone not null,
  digest bytea not null,
  doubted bytea,
  withdrawn_at timestamp with time zone,
  constraint supply_part_pkey PRIMARY KEY (supplier_id, part)
);

create table supply_plan (
  supplier_id text not null,
  memory jsonb not null,
  constraint supply_plan_pkey PRIMARY KEY (supplier_id)
);

create table supply_read (
  supplier_id text not null,
  part text not null,
  reads bigint not null,
  constraint supply_read_pkey PRIMARY KEY (supplier_id, part)
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
  wanted text not null,
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
  constraint write_back_has_state CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'refused'::text, 'parked'::text]))),
  constraint write_back_wants CHECK ((wanted = ANY (ARRAY['booked'::text, 'cancelled'::text])))
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

CREATE INDEX supplier_slot_by_part ON public.supplier_slot USING btree (supplier_id, part);

CREATE INDEX write_back_due ON public.write_back USING btree (supplier_id, due_at) WHERE (state = ANY (ARRAY['waiting'::text, 'parked'::text]));

CREATE INDEX write_back_on_slot ON public.write_back USING btree (slot_id, decided_at, reservation_id);

alter table order_line add constraint line_of_known_order FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE CASCADE;

alter table orders add constraint order_of_known_reservation FOREIGN KEY (reservation_id) REFERENCES reservation(id);

alter table pull add constraint pull_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES supplier(id);

alter table reservation add constraint reservation_of_known_client FOREIGN KEY (client_id) REFERENCES client(id);

alter table reservation add constraint reservation_of_known_slot FOREIGN KEY (slot_id) REFERENCES slot(id);

alter table reservation_event add constraint reservation_event_reservation_id_fkey FOREIGN KEY (reservation_id) REFERENCES reservation(id);

alter table slot add constraint slot_of_known_provider FOREIGN KEY (provider_id) REFERENCES provider(id);

alter table state_log add constraint state_log_of_known_vehicle FOREIGN KEY (vehicle_id) REFERENCES vehicle(id);

alter table supplier_slot add constraint supplier_slot_slot_id_fkey FOREIGN KEY (slot_id) REFERENCES slot(id) ON DELETE CASCADE;

alter table supplier_slot add constraint supplier_slot_supplier_id_part_fkey FOREIGN KEY (supplier_id, part) REFERENCES supply_part(supplier_id, part);

alter table supply_part add constraint supply_part_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES supplier(id);

alter table supply_plan add constraint supply_plan_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES supplier(id);

alter table write_back add constraint write_back_reservation_id_fkey FOREIGN KEY (reservation_id) REFERENCES reservation(id);

CREATE CONSTRAINT TRIGGER announce_order_blocks AFTER INSERT OR UPDATE ON public.order_block DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION announce_order_blocks();

CREATE TRIGGER announce_delete AFTER DELETE ON public.order_line REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION announce_change('order', 'order_id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.order_line REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('order', 'order_id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.order_line FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('order');

CREATE TRIGGER announce_update AFTER UPDATE ON public.order_line REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('order', 'order_id');

CREATE TRIGGER announce_delete AFTER DELETE ON public.orders REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('order', 'id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.orders REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('order', 'id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.orders FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('order');

CREATE TRIGGER announce_update AFTER UPDATE ON public.orders REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('order', 'id');

CREATE TRIGGER clear_order_blocks AFTER TRUNCATE ON public.orders FOR EACH STATEMENT EXECUTE FUNCTION clear_order_blocks();

CREATE TRIGGER count_deleted_orders AFTER DELETE ON public.orders REFERENCING OLD TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION count_orders_by_block();

CREATE TRIGGER count_inserted_orders AFTER INSERT ON public.orders REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION count_orders_by_block();

CREATE TRIGGER refuse_order_id_change BEFORE UPDATE OF id ON public.orders FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION refuse_order_id_change();

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

CREATE TRIGGER reservations_insert_orders AFTER INSERT ON public.reservation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sync_orders_with_reservations();

CREATE TRIGGER reservations_inserted_written_back AFTER INSERT ON public.reservation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reservations_written_back();

CREATE TRIGGER reservations_update_orders AFTER UPDATE ON public.reservation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sync_orders_with_reservations();

CREATE TRIGGER reservations_updated_written_back AFTER UPDATE ON public.reservation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reservations_written_back();

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

CREATE TRIGGER log_updated AFTER UPDATE ON public.supplier FOR EACH ROW WHEN (((old.paused <> new.paused) OR (old.epoch <> new.epoch) OR (old.blocked_until <> new.blocked_until) OR (old.last_error IS DISTINCT FROM new.last_error) OR (old.last_error_at IS DISTINCT FROM new.last_error_at))) EXECUTE FUNCTION log_supplier();

CREATE TRIGGER announce_delete AFTER DELETE ON public.supply_part REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('supply_part', 'supplier_id || ''/'' || part');

CREATE TRIGGER announce_insert AFTER INSERT ON public.supply_part REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('supply_part', 'supplier_id || ''/'' || part');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.supply_part FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('supply_part');

CREATE TRIGGER announce_update AFTER UPDATE ON public.supply_part REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('supply_part', 'supplier_id || ''/'' || part');

CREATE TRIGGER log_updated AFTER UPDATE ON public.supply_part FOR EACH ROW WHEN (((old.observed_at <> new.observed_at) OR (old.doubted IS DISTINCT FROM new.doubted))) EXECUTE FUNCTION log_sync();

CREATE TRIGGER announce_delete AFTER DELETE ON public.vehicle REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.vehicle REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.vehicle FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('vehicle');

CREATE TRIGGER announce_update AFTER UPDATE ON public.vehicle REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'id');

CREATE TRIGGER announce_delete AFTER DELETE ON public.write_back REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('write_back', 'supplier_id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.write_back REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('write_back', 'supplier_id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.write_back FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('write_back');

CREATE TRIGGER announce_update AFTER UPDATE ON public.write_back REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('write_back', 'supplier_id');

CREATE TRIGGER log_inserted AFTER INSERT ON public.write_back REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION log_bookings();

CREATE TRIGGER log_updated AFTER UPDATE ON public.write_back REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION log_bookings();
