import { withClient } from './bench-database.ts';

export const HOLDS = 10_000;

/** SQL that creates a slot for each hold, and a client. */
export const EXPIRY_STOCK = `
  insert into provider (first_name, last_name) values ('Provider', 'of the holds');
  insert into client (first_name, last_name) values ('Client', 'of the holds');
  insert into slot (provider_id, starts_at, ends_at, capacity)
    select 1, first_day + n * interval '5 minutes', first_day + (n + 1) * interval '5 minutes', 1
      from generate_series(1, ${HOLDS}) n, (select date_trunc('day', now()) + interval '2 days' as first_day) calendar;
  analyze provider, client, slot`;

/** Time for inserting the holds, before the first of them expires. */
const AHEAD_MS = 8_000;

export interface ExpiringHolds {
  readonly ids: ReadonlySet<number>;
  /** When the last of them expires, by this machine's clock, in milliseconds since 1970. */
  readonly lastMs: number;
}

/** Holds every slot. The holds expire one after another within `spreadMs`, or all at once when that is 0. */
export async function insertExpiringHolds(url: string, spreadMs: number): Promise<ExpiringHolds> {
  return withClient(url, async (client) => {
    const askedMs = Date.now();
    const { rows } = await client.query<{ ms: number }>(
      'select (extract(epoch from holdfast_clock()) * 1000)::double precision as ms',
    );
    const aheadMs = (rows[0]?.ms ?? Number.NaN) - (askedMs + Date.now()) / 2;
    const { rows: holds } = await client.query<{ id: string; ms: number }>(
      `insert into reservation (slot_id, client_id, status, held_at, changed_at, expires_at)
       select slot.id, 1, 'held', now(), now(),
              now() + ($1 + $2 * slot.id / ${HOLDS}.0) * interval '1 millisecond'
         from slot
       returning id, (extract(epoch from expires_at) * 1000)::double precision as ms`,
      [AHEAD_MS, spreadMs],
    );
    const times = holds.map(({ ms }) => ms - aheadMs);
    const untilFirstMs = Math.min(...times) - Date.now();
    if (untilFirstMs < 500) throw new Error(`the first hold expires ${untilFirstMs} ms after all were inserted`);
    return { ids: new Set(holds.map(({ id }) => Number(id))), lastMs: Math.max(...times) };
  });
}

/** Number of holds that are not marked as expired at the time of their expiry. */
export async function countUnended(url: string): Promise<number> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ count: string }>(
      `select count(*) from reservation where status <> 'expired' or changed_at <> expires_at`,
    ),
  );
  return Number(rows[0]?.count);
}
