-- The database's clock, which alone decides. It is `clock_timestamp()` and not `now()`, which stands still inside a
-- transaction: a statement that waited for a lock must not decide by a time from before the wait.
create function holdfast_clock() returns timestamptz
language sql volatile parallel safe
return clock_timestamp();

-- Answers to requests with an Idempotency-Key. Each is stored in the transaction of its effect.
create table idempotent_answer (
  scope bytea primary key,          -- SHA-256 of principal, route and key
  fingerprint bytea not null,       -- SHA-256 of the request
  status integer not null,
  body text not null,
  answered_at timestamptz not null
);
create index idempotent_answer_age on idempotent_answer (answered_at);

-- Called by src/platform/http/idempotency-store.ts.
-- Claims each key for this transaction, without waiting for a transaction that has it, and returns the answer that is
-- stored under it. There are two statements, because the second must see an answer that another transaction committed
-- before it released the key.
create function claim_idempotency_keys(p_scope bytea[], p_kept interval)
returns table (place integer, taken boolean, fingerprint bytea, status integer, body text)
language plpgsql as $$
declare
  v_taken boolean[];
begin
  select array_agg(pg_try_advisory_xact_lock(('x' || encode(substr(key.scope, 1, 8), 'hex'))::bit(64)::bigint)
                   order by key.place)
    into v_taken
    from unnest(p_scope) with ordinality as key (scope, place);
  return query
    select key.place::integer, v_taken[key.place], answer.fingerprint, answer.status, answer.body
      from unnest(p_scope) with ordinality as key (scope, place)
      left join idempotent_answer answer
        on answer.scope = key.scope and answer.answered_at > holdfast_clock() - p_kept
     order by key.place;
end
$$;
