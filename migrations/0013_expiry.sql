-- Called by src/modules/reservations/expiry/due-hold-store.ts. Milliseconds until the earliest held reservation expires:
-- negative when it has expired, null when there is none. As numbers, because an infinite time cannot be subtracted.
create function next_hold_due_in_ms() returns double precision
language sql volatile as $$
  select (extract(epoch from r.expires_at) - extract(epoch from holdfast_clock()))::double precision * 1000
    from reservation r where r.status = 'held' order by r.expires_at limit 1
$$;

-- Called by src/modules/reservations/expiry/due-hold-store.ts. Ends up to p_limit expired holds, the earliest first.
-- `ended` is null while another session does the same, so that instances never compete for rows. `late_ms` is how long
-- ago the first of them expired.
--
-- It waits for no lock, so it may take slots in any order, and a transaction that stays open delays only the holds that
-- it has locked. The caller runs it as one statement: a process that freezes or dies leaves no lock behind.
create function end_due_holds(p_limit integer)
returns table (ended integer, late_ms double precision, due_in_ms double precision)
language plpgsql as $$
declare
  v_now timestamptz := holdfast_clock();
  v_ids bigint[];
begin
  if pg_try_advisory_xact_lock(hashtextextended('end_due_holds', 0)) then
    select array_agg(due.id), extract(epoch from v_now - min(due.expires_at)) * 1000 into v_ids, late_ms
      from (select r.id, r.expires_at from reservation r join slot s on s.id = r.slot_id
             where r.status = 'held' and r.expires_at <= v_now
             order by r.expires_at limit p_limit
               for no key update skip locked) due;
    ended := coalesce(cardinality(v_ids), 0);
    if ended > 0 then
      -- 200 at a time, the most that one event lists one by one.
      for v_from in 1 .. ended by 200 loop
        update reservation set status = 'expired', changed_at = expires_at where id = any (v_ids[v_from : v_from + 199]);
      end loop;
    end if;
  end if;
  due_in_ms := next_hold_due_in_ms();
  return next;
end
$$;
