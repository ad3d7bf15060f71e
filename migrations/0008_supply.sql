-- Third-party systems of record. Who is configured is in the environment; here is what instances share of them.
create table supplier (
  id text primary key,
  paused boolean not null default false,
  -- Who syncs it, and until when. The epoch moves with every change of hands, and nothing is written under an old one.
  epoch bigint not null default 0,
  leader uuid,
  leader_until timestamptz not null default '-infinity',
  -- It said itself that it wants no pull before then.
  blocked_until timestamptz not null default '-infinity',
  last_pull_at timestamptz,
  last_error text,
  last_error_at timestamptz
);

-- The pull-budget ledger: every read request, written down before it is sent.
--
-- The supplier counts a request at some moment between `reserved_at` and `open_until`, and nobody here knows which. So
-- a pull uses its place in a window until the window's length after `open_until`: counted from the sending, a slow
-- request and a quick one after it could fall into one window of the supplier's.
create table pull (
  id bigint generated always as identity primary key,
  supplier_id text not null references supplier (id),
  epoch bigint not null,
  part text not null,
  reserved_at timestamptz not null,
  open_until timestamptz not null,      -- the end of its lease; once it is answered, when the answer began
  outcome text                          -- null while it is open
);
create index pull_in_window on pull (supplier_id, open_until desc);

-- Reserves a pull within all limits, or says how long to wait. Outcomes: reserved, wait, paused, fenced. A pull may be
-- reserved as long as `p_ahead` before its place is free, and must then not be sent before `wait_until`: of any pulls
-- that are too many for one window, the one reserved last saw all the others, and is sent a window after one of them.
create function reserve_pull(
  p_supplier text, p_epoch bigint, p_part text, p_pulls integer[], p_windows interval[], p_lease interval,
  p_ahead interval default '0',
  out outcome text, out pull_id bigint, out reserved_at timestamptz, out wait_until timestamptz
)
language plpgsql as $$
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
$$;

-- What one pull asks for (`14/2026-12-30`, or `everything`), and what is known of it.
create table supply_part (
  supplier_id text not null references supplier (id),
  part text not null,
  observed_at timestamptz not null,     -- before the request of the last good answer was sent
  digest bytea not null,                -- of that answer
  doubted bytea,                        -- which slots went in an answer that took away so much that it is believed the second time
  withdrawn_at timestamptz,             -- its supplier is no longer asked for it; what was ahead of it was closed then
  primary key (supplier_id, part)
);

-- What the planner has learnt of a supplier. Only how good its guesses are depends on it.
create table supply_plan (
  supplier_id text primary key references supplier (id),
  memory jsonb not null
);

-- A slot as its supplier knows it.
create table supplier_slot (
  slot_id bigint primary key references slot (id) on delete cascade,
  supplier_id text not null,
  part text not null,
  upstream_id jsonb not null,           -- opaque: a string or a number, sent back as it came
  remaining integer not null constraint supplier_slot_has_remaining check (remaining between 0 and 1000000),
  detail jsonb not null,                -- {local, variantId, original, discount, currency}
  constraint supplier_slot_is_one unique (supplier_id, upstream_id),
  foreign key (supplier_id, part) references supply_part (supplier_id, part)
);
create index supplier_slot_by_part on supplier_slot (supplier_id, part);

-- How often each part was read, until the instance that syncs the supplier has taken note of it.
create table supply_read (
  supplier_id text not null,
  part text not null,
  reads bigint not null,
  primary key (supplier_id, part)
);

-- What the supplier still has to be told: one row for each reservation, and what it should come to.
--
-- Cancelling changes `wanted` and nothing else, so a cancellation cannot overtake its booking: whoever works on the row
-- first finds out under the row's own key whether the supplier holds it, and then takes it back.
create table write_back (
  reservation_id bigint primary key references reservation (id),
  slot_id bigint not null,
  supplier_id text not null,
  key uuid not null default gen_random_uuid(),
  quantity integer not null,
  wanted text not null constraint write_back_wants check (wanted in ('booked', 'cancelled')),
  state text not null default 'waiting' constraint write_back_has_state
    check (state in ('waiting', 'done', 'refused', 'parked')),
  upstream_id jsonb,                    -- the supplier's id of the booking
  acknowledged_at timestamptz,          -- when we knew that the supplier holds it
  decided_at timestamptz not null,      -- when the client's confirmation had its turn on the slot: settles who goes first
  attempts integer not null default 0,
  first_sent_at timestamptz,            -- from then on the supplier may hold it, whatever we were told
  due_at timestamptz not null,
  leased_until timestamptz not null default '-infinity',
  refusal text,                         -- why the supplier does not have what the client booked
  reason text                           -- what went wrong last; of a parked entry, why it is parked
);
create index write_back_due on write_back (supplier_id, due_at) where state in ('waiting', 'parked');
create index write_back_on_slot on write_back (slot_id, decided_at, reservation_id);

-- Whoever confirms or ends a reservation of a supplier's slot, the supplier is told: the queue entry is written in the
-- same transaction, whichever program it is.
--
-- On one slot, confirmations enter the queue one after the other, and each gets its moment after it has waited for its
-- turn. By the moments they were decided at, one could commit after a later one that was sent to the supplier already.
-- The lock is an advisory one because nobody else takes it: who confirms has locked reservations, and it is too late
-- then to lock a slot.
create function reservations_written_back() returns trigger
language plpgsql as $$
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
$$;
create trigger reservations_inserted_written_back after insert on reservation
  referencing new table as changed for each statement execute function reservations_written_back();
create trigger reservations_updated_written_back after update on reservation
  referencing new table as changed for each statement execute function reservations_written_back();

-- Sets what can be claimed of suppliers' slots, whose rows are locked: what the supplier had left at `observed_at`, and
-- those claims of ours that it had counted by then. Claims it had not counted stand against what it had left, and so do
-- those that were let go of but that it may still hold. A unit it had counted is for sale again when it says so.
create function fit_supplier_slots(p_slot bigint[]) returns void
language sql
as $$
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
$$;

create type told_slot as (
  upstream_id jsonb, starts_at timestamptz, ends_at timestamptz, name text, remaining integer, price_amount numeric,
  price_currency text, pax jsonb, detail jsonb, slot_id bigint
);

-- Puts one answer of a supplier in the place of what was known of its part, in one transaction and under the epoch it
-- was pulled in. What is as it was is not written. `p_slots`: an array of told_slot. `p_gone`: whether a slot that is
-- left out is gone, or only sold out.
--
-- Outcomes: changed, unchanged; and with nothing written: fenced (under an old epoch), older (than what is known), and
-- doubted: three slots or more that are for sale would go, and more than half of them. That is believed if the next
-- answer leaves out the same ones.
create function swap_supply_part(
  p_supplier text, p_epoch bigint, p_part text, p_observed_at timestamptz, p_digest bytea, p_slots jsonb, p_gone boolean
) returns text
language plpgsql as $$
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
$$;

-- Takes off sale what a supplier is no longer asked for, and puts back what it is asked for again. `p_asked`: the products
-- it is asked for, or `everything`. The moment a part was withdrawn at tells the slots that were closed for that reason
-- from those that the supplier let go of. After a day they wait for the next pull, as what is known of them is old.
-- Whoever calls this has the supplier's row, so that no answer is put in place.
create function ask_for_parts(p_supplier text, p_asked text[], out withdrawn bigint, out restored bigint)
language plpgsql as $$
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
$$;

-- Takes queue entries to work on, for a while. On one slot they go one after the other, by the moment their clients
-- confirmed and then by id: who wins the last unit depends on nothing else.
create function take_write_backs(p_suppliers text[], p_limit integer, p_lease interval)
returns table (
  reservation_id bigint, supplier_id text, key uuid, quantity integer, wanted text, attempts integer, was_sent boolean,
  leased_until timestamptz, upstream_id jsonb, upstream_slot_id jsonb
)
language sql
as $$
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
$$;

-- The supplier holds the booking. What was cancelled meanwhile is taken back next.
create function acknowledge_booking(p_reservation bigint, p_upstream_id jsonb) returns void
language sql
as $$
  update write_back
     set upstream_id = p_upstream_id, acknowledged_at = coalesce(acknowledged_at, holdfast_clock()), reason = null,
         state = case wanted when 'booked' then 'done' else 'waiting' end, attempts = 0,
         due_at = holdfast_clock(), leased_until = '-infinity'
   where reservation_id = p_reservation and state in ('waiting', 'parked');
$$;

-- The supplier holds nothing of a cancelled entry: it was told so, or it was never told of the booking.
create function finish_cancellation(p_reservation bigint) returns void
language plpgsql as $$
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
$$;

-- The supplier will not hold the booking: a conflict, unless the client has let go of it. That so many units could not
-- be had is known now, so what is left of the slot is at most one fewer, and what we were given since the last pull.
create function refuse_booking(p_reservation bigint, p_reason text) returns void
language plpgsql as $$
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
$$;

call announce_changes_of('supply_part', 'supply_part', 'supplier_id || ''/'' || part');
call announce_changes_of('write_back', 'write_back', 'supplier_id');

-- Claims on a supplier's slot change its row; those who show its part from memory hear of it.
create function announce_supplier_slot() returns trigger
language plpgsql as $$
begin
  perform pg_notify('holdfast_change', json_build_object(
    'topic', 'supply_part', 'keys', json_build_array(known.supplier_id || '/' || known.part))::text)
    from supplier_slot known where known.slot_id = new.id;
  return null;
end
$$;
create trigger announce_supplier_slot after update on slot
  for each row when (new.provider_id is null) execute function announce_supplier_slot();
