-- A webhook is on trial until a delivery to it succeeds, and again after five failures in a row. It then gets one delivery
-- at a time, from all instances together.
alter table webhook add column is_proven boolean not null default false;  -- not on trial
alter table webhook add column next_trial_at timestamptz;  -- on trial: no delivery begins before; null for at once
create index webhook_on_trial on webhook (next_trial_at) where status = 'active' and not is_proven;
create index webhook_delivery_single on webhook_delivery (due_at, id) where status = 'pending' and is_single;

-- Called by src/modules/webhooks/outbox/fan-out.ts. Makes deliveries of events: the item p_item[n] is an event with a
-- body, of the row p_position[item] of the log, and the pairs say which webhook gets which item. The rows are fanned out
-- for the webhooks p_webhooks and stay in the outbox for others; what was fanned out meanwhile is left alone.
--
-- One statement, so that a process that freezes or dies leaves no lock behind. It is for the caller to pass the first rows
-- that it read, in the order of `position`: the earlier event of a reservation has the smaller position, because it was
-- logged under the reservation's lock, and is visible to everyone who sees the later one.
drop function fan_out(bigint[], bigint[], text[], text[], text[], timestamptz[], text[], integer[], bigint[]);
create function fan_out(p_rows bigint[], p_webhooks bigint[], p_position bigint[], p_event_id text[], p_type text[],
                        p_order_key text[], p_occurred_at timestamptz[], p_body text[], p_pair_item integer[],
                        p_pair_webhook bigint[])
returns void
language plpgsql
-- The planner cannot know the lengths of the lists, and would compare each item with each pair. To plan for each call took
-- longer than the call.
set enable_nestloop = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  v_positions bigint[];
  v_webhooks bigint[];
begin
  perform pg_advisory_xact_lock(hashtextextended('fan_out', 0));
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
end
$$;

-- Called by src/modules/webhooks/deliveries/delivery-store.ts. Takes due deliveries for an instance, with all that it needs
-- to send them:
--
-- - Of each proven webhook at most p_per_webhook, less what that instance has in hand of it, and about p_limit in all.
--   Webhooks of which it has less in hand come first.
-- - Of at most p_trials webhooks on trial, one each. Of one that fails it is the delivery that fell due last: those that
--   the receiver has refused already could otherwise keep a new one waiting.
-- - Of at most p_singles webhooks, except those in p_testing, one test each.
drop function claim_deliveries(text, interval, integer, integer, bigint[], integer[]);
create function claim_deliveries(p_instance text, p_lease interval, p_limit integer, p_per_webhook integer,
                                 p_trials integer, p_singles integer, p_webhook bigint[], p_in_hand integer[],
                                 p_testing bigint[])
returns table (delivery_id bigint, webhook_id bigint, attempts integer, is_single boolean, is_proven boolean, url text,
               event_id text, body text, secrets text[])
language plpgsql
-- Without statistics of a table that fills and empties, the planner would read all of it for each claim. To plan for each
-- call took longer than the call.
set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  -- A variable, so that the index finds what is due. The clock is volatile.
  v_now timestamptz := holdfast_clock();
begin
  -- A claim that a crash of the database undoes is made again.
  perform set_config('synchronous_commit', 'off', true);
  return query
  with proven as materialized (
    select w.id, p_per_webhook - coalesce(hand.deliveries, 0) as most
      from webhook w left join unnest(p_webhook, p_in_hand) as hand (webhook_id, deliveries) on hand.webhook_id = w.id
     where w.status = 'active' and w.is_proven and coalesce(hand.deliveries, 0) < p_per_webhook
     order by most desc, random()
  ), on_trial as materialized (
    select w.id, w.failing_since is not null as fails from webhook w
     where w.status = 'active' and not w.is_proven and coalesce(w.next_trial_at, '-infinity') <= v_now
       and (select min(d.due_at) from webhook_delivery d where d.webhook_id = w.id and d.status = 'pending') <= v_now
     order by least(w.failures, 5), w.next_trial_at nulls first limit p_trials for no key update skip locked
  ), tested as materialized (
    select distinct d.webhook_id from webhook_delivery d
     where d.status = 'pending' and d.is_single and d.due_at <= v_now and d.webhook_id <> all (p_testing) limit p_singles
  ), chosen as (
    -- The proven ones come last, because the limit cuts them.
    select webhook_id, 1 as most, true as is_single from tested
    union all
    select id, 1, false from on_trial where not fails
    union all
    select id, most, false from proven
  ), oldest as (
    select chosen.webhook_id, d.id from chosen
     cross join lateral (
       select d.id from webhook_delivery d
        where d.webhook_id = chosen.webhook_id and d.status = 'pending' and d.due_at <= v_now
          and d.is_single = chosen.is_single
          and (d.claimed_until is null or d.claimed_until <= v_now)
          and (d.order_key is null or not exists (
            select from webhook_delivery earlier
             where earlier.webhook_id = d.webhook_id and earlier.order_key = d.order_key
               and earlier.status = 'pending' and earlier.id < d.id))
        order by d.due_at, d.id limit chosen.most for no key update skip locked
     ) d limit p_limit + p_trials + p_singles
  ), latest as (
    select on_trial.id as webhook_id, d.id from on_trial
     cross join lateral (
       select d.id from webhook_delivery d
        where on_trial.fails and d.webhook_id = on_trial.id and d.status = 'pending' and d.due_at <= v_now
          and not d.is_single
          and (d.claimed_until is null or d.claimed_until <= v_now)
          and (d.order_key is null or not exists (
            select from webhook_delivery earlier
             where earlier.webhook_id = d.webhook_id and earlier.order_key = d.order_key
               and earlier.status = 'pending' and earlier.id < d.id))
        order by d.due_at desc, d.id desc limit 1 for no key update skip locked
     ) d
  ), due as (
    select * from oldest union all select * from latest
  ), marked as (
    -- Keeps every instance from another trial while this one is in hand.
    update webhook w set next_trial_at = v_now + p_lease
      from due where w.id = due.webhook_id and w.id in (select id from on_trial)
  ), taken as (
    update webhook_delivery d
       set claimed_by = p_instance, claimed_until = v_now + p_lease
      from due
     where d.id = due.id
    returning d.id, d.webhook_id, d.attempts, d.is_single, d.event_key
  )
  select taken.id, taken.webhook_id, taken.attempts, taken.is_single, w.is_proven, w.url, e.event_id, e.body,
         array(select s.sealed from webhook_secret s
                where s.webhook_id = taken.webhook_id and (s.ends_at is null or s.ends_at > v_now)
                order by s.id desc)
    from taken join webhook w on w.id = taken.webhook_id join webhook_event e on e.id = taken.event_key
   order by taken.id;
end
$$;

-- Called by src/modules/webhooks/deliveries/delivery-store.ts. Keeps deliveries in hand for another lease. Returns those
-- that no other instance has taken up.
create function renew_claims(p_instance text, p_id bigint[], p_lease interval) returns setof bigint
language plpgsql as $$
begin
  return query
  with renewed as (
    update webhook_delivery d set claimed_until = holdfast_clock() + p_lease
     where d.id = any (p_id) and d.claimed_by = p_instance
    returning d.id, d.webhook_id
  ), trial as (
    select w.id from webhook w where w.id in (select webhook_id from renewed) and not w.is_proven
     order by w.id for no key update
  ), marked as (
    update webhook w set next_trial_at = holdfast_clock() + p_lease from trial where w.id = trial.id
  )
  select id from renewed;
end
$$;

-- Called by src/modules/webhooks/deliveries/delivery-store.ts. Stores the results of attempts: `p_outcome` is delivered,
-- failed, retry or gone (the receiver wants no more). Attempts that another instance has taken up meanwhile are ignored.
--
-- After five failures in a row a webhook is on trial. The pause until the next trial is half the time for which it has
-- failed, between p_least_pause and p_most_pause.
--
-- Returns what has changed of webhooks: `failing`, `disabled`, `proven`, and `due` where deliveries that waited for one of
-- these have become due.
drop function finish_deliveries(text, bigint[], text[], integer[], text[], text[], interval[]);
create function finish_deliveries(p_instance text, p_id bigint[], p_outcome text[], p_status integer[], p_error text[],
                                  p_answer text[], p_delay interval[], p_least_pause interval, p_most_pause interval)
returns table (webhook_id bigint, change text)
language plpgsql
set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_now timestamptz := holdfast_clock();
  v_webhooks bigint[];
  v_keys text[];
  v_outcomes text[];
  v_singles boolean[];
  v_due bigint[];
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
  with freed as (
    update webhook_delivery next set due_at = v_now
      from unnest(v_webhooks, v_keys, v_outcomes) as ended (webhook_id, order_key, outcome)
     where ended.outcome <> 'retry' and ended.order_key is not null and next.due_at is null
       and next.id = (select d.id from webhook_delivery d
                       where d.webhook_id = ended.webhook_id and d.order_key = ended.order_key and d.status = 'pending'
                       order by d.id limit 1)
    returning next.webhook_id
  )
  select array_agg(distinct webhook_id) into v_due from freed;
  return query
  with done as (
    select * from unnest(v_webhooks, v_outcomes, v_singles) as each_done (webhook_id, outcome, is_single)
  ), counted as (
    select done.webhook_id, bool_or(done.outcome = 'delivered') as has_succeeded, bool_or(done.outcome = 'gone') as is_gone,
           count(*) filter (where done.outcome <> 'delivered')::integer as failures
      from done where not done.is_single group by done.webhook_id
  ), before as (
    select w.id, w.failures, w.failing_since, w.status, w.is_proven from webhook w join counted on counted.webhook_id = w.id
     order by w.id for no key update of w
  ), marked as (
    update webhook w
       set failures = case when counted.has_succeeded then 0 else w.failures + counted.failures end,
           failing_since = case when counted.has_succeeded then null when after.fails then coalesce(w.failing_since, v_now) end,
           is_proven = counted.has_succeeded or (w.is_proven and not after.fails),
           next_trial_at = case when after.fails then v_now + (0.9 + 0.2 * random()) * greatest(
             p_least_pause, least(p_most_pause, (v_now - coalesce(w.failing_since, v_now)) / 2)) end,
           status = case when counted.is_gone then 'disabled' else w.status end,
           disabled_reason = case when counted.is_gone then 'The receiver answered 410 Gone.' else w.disabled_reason end
      from counted join before on before.id = counted.webhook_id,
           lateral (select not counted.has_succeeded and before.failures + counted.failures >= 5 as fails) after
     where w.id = counted.webhook_id
       and (not counted.has_succeeded or counted.is_gone or w.failures > 0 or not w.is_proven)
    returning w.id, w.failing_since, w.status, w.is_proven, before.failing_since as failed_before,
              before.status as status_before, before.is_proven as proven_before
  )
  select marked.id, 'failing' from marked where failing_since is not null and failed_before is null
  union all
  select marked.id, 'disabled' from marked where marked.status = 'disabled' and status_before = 'active'
  union all
  select marked.id, 'proven' from marked where marked.is_proven and not proven_before
  union all
  select id, 'due' from unnest(v_due) as id;
end
$$;
