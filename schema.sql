-- The schema that the migrations make. Written by `npm run schema`; to change it, add a migration.
-- What background jobs keep for themselves is not here: pg-boss makes its own schema, pgboss, when a server starts.

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
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_slot_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform announce_providers(array(select distinct provider_id from new_rows where provider_id is not null limit 201));
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.announce_slot_updated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
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
 RETURNS TABLE(place integer, outcome text, reservation_id bigint, slot_id bigint, client_id bigint, quantity integer, held_at timestamp with time zone, expires_at timestamp with time zone, decided_at timestamp with time zone, status text, provider_id bigint, starts_at timestamp with time zone, ends_at timestamp with time zone)
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
           s.provider_id, s.starts_at, s.ends_at
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
    provider_id := v_ask.provider_id;
    starts_at := v_ask.starts_at;
    ends_at := v_ask.ends_at;
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

CREATE OR REPLACE FUNCTION public.hold_slots(p_slot bigint[], p_client bigint[], p_quantity integer[], p_version integer[], p_ttl interval, p_notice interval)
 RETURNS TABLE(place integer, outcome text, reservation_id bigint, provider_id bigint, starts_at timestamp with time zone, ends_at timestamp with time zone, held_at timestamp with time zone, expires_at timestamp with time zone, slot_version integer, remaining integer)
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
           s.version as slot_version, s.closed_at, c.id as client
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
    reservation_id := null;
    held_at := v_now;
    expires_at := v_now + p_ttl;
    outcome := case
      when v_ask.found is null then 'no_such_slot'
      when v_ask.client is null then 'no_such_client'
      when v_ask.starts_at < v_now + p_notice then 'too_soon'
      when v_ask.closed_at is not null then 'closed'
      when v_ask.version is not null and v_ask.version <> v_version then 'changed'
      when v_left < v_ask.quantity then 'taken'
      else 'held' end;
    if outcome = 'held' then
      reservation_id := nextval('reservation_id_seq');
      v_left := v_left - v_ask.quantity;
      v_version := v_version + 1;
      v_ids := v_ids || reservation_id;
      v_slots := v_slots || v_ask.slot_id;
      v_clients := v_clients || v_ask.client_id;
      v_quantities := v_quantities || v_ask.quantity;
    end if;
    slot_version := v_version;
    remaining := v_left;
    return next;
  end loop;

  if cardinality(v_ids) > 0 then
    insert into reservation (id, slot_id, client_id, quantity, status, held_at, expires_at, changed_at)
      select taken.id, taken.slot_id, taken.client_id, taken.quantity, 'held', v_now, v_now + p_ttl, v_now
        from unnest(v_ids, v_slots, v_clients, v_quantities) as taken (id, slot_id, client_id, quantity);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.holdfast_clock()
 RETURNS timestamp with time zone
 LANGUAGE sql
 PARALLEL SAFE
RETURN clock_timestamp();

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
  insert into reservation_event (reservation_id, at, status, slot_id, quantity, expires_at)
    select id, changed_at, status, slot_id, quantity, expires_at from new_rows order by id;
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
  insert into reservation_event (reservation_id, at, status, slot_id, quantity, expires_at)
    select id, changed_at, status, slot_id, quantity, expires_at from new_rows order by id;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.reservations_ordered()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- The usual case ends here: nobody has confirmed, moved or ended anything that costs something.
  perform from changed join slot s on s.id = changed.slot_id
    where changed.status in ('confirmed', 'cancelled', 'conflict')
      and (s.price_amount is not null or exists (select from orders o where o.reservation_id = changed.id));
  if not found then
    return null;
  end if;

  update orders o set status = 'cancelled'
    from changed
   where o.reservation_id = changed.id and o.status = 'open' and changed.status in ('cancelled', 'conflict');

  -- Moved to another slot: the same order, for another time at another price; a free one costs 0.
  update orders o set currency = s.price_currency
    from changed join slot s on s.id = changed.slot_id
   where o.reservation_id = changed.id and o.status = 'open' and changed.status = 'confirmed'
     and o.currency <> s.price_currency;
  update order_line l
     set description = say_span(s.starts_at, s.ends_at), quantity = changed.quantity, unit_price = coalesce(s.price_amount, 0)
    from changed join slot s on s.id = changed.slot_id join orders o on o.reservation_id = changed.id
   where l.order_id = o.id and o.status = 'open' and changed.status = 'confirmed'
     and (l.description, l.quantity, l.unit_price)
         is distinct from (say_span(s.starts_at, s.ends_at), changed.quantity, coalesce(s.price_amount, 0));

  with sold as (
    select changed.id, changed.quantity, changed.changed_at, s.price_amount, s.price_currency,
           say_span(s.starts_at, s.ends_at) as description, c.first_name || ' ' || c.last_name as customer
      from changed join slot s on s.id = changed.slot_id join client c on c.id = changed.client_id
     where changed.status = 'confirmed' and s.price_amount is not null
       and not exists (select from orders o where o.reservation_id = changed.id)
  ), placed as (
    insert into orders (customer, ordered_at, currency, reservation_id)
      select customer, changed_at, price_currency, id from sold order by id
    returning id, reservation_id
  )
  insert into order_line (order_id, line, description, quantity, unit_price)
    select placed.id, 1, sold.description, sold.quantity, sold.price_amount
      from placed join sold on sold.id = placed.reservation_id;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.say_span(p_starts_at timestamp with time zone, p_ends_at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN ((to_char((p_starts_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'::text) || ' to '::text) || to_char((p_ends_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'::text));

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
  constraint reservation_pkey PRIMARY KEY (id),
  constraint reservation_decided_in_time CHECK (((decided_at >= held_at) AND (decided_at < expires_at))),
  constraint reservation_expires_after_it_is_held CHECK ((expires_at > held_at)),
  constraint reservation_has_quantity CHECK ((quantity >= 1)),
  constraint reservation_has_status CHECK ((status = ANY (ARRAY['held'::text, 'confirmed'::text, 'cancelled'::text, 'expired'::text, 'conflict'::text])))
);

create table reservation_event (
  reservation_id bigint not null,
  id bigint generated always as identity not null,
  at timestamp with time zone not null,
  status text not null,
  slot_id bigint not null,
  quantity integer not null,
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
  capacity integer not null,
  claimed integer not null default 0,
  version integer not null default 1,
  closed_at timestamp with time zone,
  created_at timestamp with time zone not null default holdfast_clock(),
  price_amount numeric,
  price_currency text,
  constraint slot_pkey PRIMARY KEY (id),
  constraint slot_ends_after_it_starts CHECK ((ends_at > starts_at)),
  constraint slot_has_capacity CHECK (((capacity >= 1) AND (capacity <= 1000000))),
  constraint slot_never_overlaps EXCLUDE USING gist (int8range(provider_id, provider_id, '[]'::text) WITH &&, tstzrange(starts_at, ends_at) WITH &&) WHERE (((closed_at IS NULL) OR (claimed > 0))),
  constraint slot_never_oversold CHECK (((claimed >= 0) AND (claimed <= capacity))),
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

create table vehicle (
  id bigint generated by default as identity not null,
  make text not null,
  model text not null,
  created_at timestamp with time zone not null default holdfast_clock(),
  constraint vehicle_pkey PRIMARY KEY (id),
  constraint vehicle_make_is_short CHECK (((char_length(make) >= 1) AND (char_length(make) <= 200))),
  constraint vehicle_model_is_short CHECK (((char_length(model) >= 1) AND (char_length(model) <= 200)))
);

CREATE INDEX idempotent_answer_age ON public.idempotent_answer USING btree (answered_at);

CREATE UNIQUE INDEX order_of_reservation ON public.orders USING btree (reservation_id) WHERE (reservation_id IS NOT NULL);

CREATE INDEX reservation_due ON public.reservation USING btree (expires_at) WHERE (status = 'held'::text);

CREATE INDEX reservation_held_on_slot ON public.reservation USING btree (slot_id, expires_at) WHERE (status = 'held'::text);

CREATE INDEX reservation_live_on_slot ON public.reservation USING btree (slot_id) WHERE (status = ANY (ARRAY['held'::text, 'confirmed'::text]));

CREATE INDEX reservation_of_client ON public.reservation USING btree (client_id, id);

CREATE INDEX slot_by_provider ON public.slot USING btree (provider_id, starts_at);

CREATE INDEX slot_by_start ON public.slot USING btree (starts_at, id);

alter table order_line add constraint line_of_known_order FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE CASCADE;

alter table orders add constraint order_of_known_reservation FOREIGN KEY (reservation_id) REFERENCES reservation(id);

alter table reservation add constraint reservation_of_known_client FOREIGN KEY (client_id) REFERENCES client(id);

alter table reservation add constraint reservation_of_known_slot FOREIGN KEY (slot_id) REFERENCES slot(id);

alter table reservation_event add constraint reservation_event_reservation_id_fkey FOREIGN KEY (reservation_id) REFERENCES reservation(id);

alter table slot add constraint slot_of_known_provider FOREIGN KEY (provider_id) REFERENCES provider(id);

alter table state_log add constraint state_log_of_known_vehicle FOREIGN KEY (vehicle_id) REFERENCES vehicle(id);

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

CREATE TRIGGER announce_insert AFTER INSERT ON public.reservation REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('claim', 'coalesce((select slot.provider_id from slot where slot.id = changed.slot_id), 0) || '':'' || changed.slot_id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.reservation FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('claim');

CREATE TRIGGER announce_update AFTER UPDATE ON public.reservation REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('claim', 'coalesce((select slot.provider_id from slot where slot.id = changed.slot_id), 0) || '':'' || changed.slot_id');

CREATE TRIGGER reservation_inserted AFTER INSERT ON public.reservation REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION reservation_inserted();

CREATE TRIGGER reservation_states BEFORE UPDATE OF status ON public.reservation FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION reservation_states();

CREATE TRIGGER reservation_updated AFTER UPDATE ON public.reservation REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION reservation_updated();

CREATE TRIGGER reservations_inserted_ordered AFTER INSERT ON public.reservation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reservations_ordered();

CREATE TRIGGER reservations_updated_ordered AFTER UPDATE ON public.reservation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reservations_ordered();

CREATE TRIGGER announce_delete AFTER DELETE ON public.slot REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_slot_deleted();

CREATE TRIGGER announce_insert AFTER INSERT ON public.slot REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_slot_inserted();

CREATE TRIGGER announce_price AFTER UPDATE OF price_amount, price_currency ON public.slot FOR EACH ROW WHEN (((new.provider_id IS NOT NULL) AND ((old.price_amount IS DISTINCT FROM new.price_amount) OR (old.price_currency IS DISTINCT FROM new.price_currency)))) EXECUTE FUNCTION announce_price();

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.slot FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('calendar');

CREATE TRIGGER announce_update AFTER UPDATE ON public.slot REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_slot_updated();

CREATE TRIGGER announce_delete AFTER DELETE ON public.state_log REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'vehicle_id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.state_log REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'vehicle_id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.state_log FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('vehicle');

CREATE TRIGGER announce_update AFTER UPDATE ON public.state_log REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'vehicle_id');

CREATE TRIGGER announce_delete AFTER DELETE ON public.vehicle REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'id');

CREATE TRIGGER announce_insert AFTER INSERT ON public.vehicle REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'id');

CREATE TRIGGER announce_truncate AFTER TRUNCATE ON public.vehicle FOR EACH STATEMENT EXECUTE FUNCTION announce_truncate('vehicle');

CREATE TRIGGER announce_update AFTER UPDATE ON public.vehicle REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION announce_change('vehicle', 'id');
