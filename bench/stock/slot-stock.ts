import type { KeptStock } from './bench-database.ts';

/** Slots of each provider. Every tenth one is reserved. */
export const SLOTS_OF_PROVIDER = 1_000;
export const CLIENTS = 10_000;
/** Providers per statement. */
const BATCH = 500;

/** Triggers would announce and log every row. What they keep, `claimed` and the history, is written here. */
const WITHOUT_TRIGGERS = 'set local session_replication_role = replica';

/** Inserts providers and their slots, each of one unit, a quarter of an hour long. */
function insertProviders(from: number, to: number): string {
  return `${WITHOUT_TRIGGERS};
    insert into provider (first_name, last_name) select 'Provider', p::text from generate_series(${from}, ${to}) p;
    insert into slot (id, provider_id, starts_at, ends_at, capacity, claimed)
      select (p - 1) * ${SLOTS_OF_PROVIDER} + n, p, first_day + n * interval '15 minutes',
             first_day + (n + 1) * interval '15 minutes', 1, (n % 10 = 0)::integer
        from generate_series(${from}::bigint, ${to}::bigint) p, generate_series(1, ${SLOTS_OF_PROVIDER}) n,
             (select date_trunc('day', now()) + interval '30 days' as first_day) calendar`;
}

/**
 * A database with so many providers. It lacks the constraint on overlaps, whose index takes half an hour to build and which
 * neither a hold nor a read uses.
 */
export function slotStock(providers: number): KeptStock {
  const batches = Array.from({ length: Math.ceil(providers / BATCH) }, (_, batch) =>
    insertProviders(batch * BATCH + 1, Math.min(providers, (batch + 1) * BATCH)),
  );
  const statements = [
    `alter table slot drop constraint slot_never_overlaps;
     insert into client (first_name, last_name) select 'Client', n::text from generate_series(1, ${CLIENTS}) n`,
    ...batches,
    `${WITHOUT_TRIGGERS};
     insert into reservation (slot_id, client_id, provider_id, status, held_at, expires_at, decided_at, changed_at)
       select id, 1 + id % ${CLIENTS}, provider_id, 'confirmed', now() - interval '1 hour', now(),
              now() - interval '50 minutes', now() - interval '50 minutes'
         from slot where claimed = 1;
     insert into reservation_event (reservation_id, at, status, slot_id, quantity, expires_at)
       select id, at, "to", slot_id, 1, expires_at
         from reservation, lateral (values (held_at, 'held'), (decided_at, 'confirmed')) change (at, "to")`,
    `select setval(pg_get_serial_sequence('slot', 'id'), (select max(id) from slot))`,
    'vacuum (analyze)',
  ];
  return { name: `slots_${providers}`, statements };
}
