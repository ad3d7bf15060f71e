-- The clock that decides: `clock_timestamp()` moves on inside a transaction, `now()` does not, and a statement
-- that waited for a lock must not decide by a time from before the wait.
create function holdfast_clock() returns timestamptz
language sql volatile parallel safe
return clock_timestamp();

-- Answers to requests that carried an Idempotency-Key, stored in the transaction of their effect.
create table idempotent_answer (
  scope bytea primary key,          -- SHA-256 of principal, route and key
  fingerprint bytea not null,       -- SHA-256 of the request
  status integer not null,
  body text not null,
  answered_at timestamptz not null
);
create index idempotent_answer_age on idempotent_answer (answered_at);

-- Takes each key for this transaction, without waiting for whoever else has it, and tells what is stored under it.
-- Two statements, because the second must see what a transaction that held the key committed meanwhile.
create function claim_idempotency_keys(p_scope bytea[], p_kept interval)
returns table (place integer, taken boolean, fingerprint bytea, status integer, body text)
language plpgsql as $$
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
$$;
