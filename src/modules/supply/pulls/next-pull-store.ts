import { sql } from 'kysely';
import type { Reader } from '../../../platform/db/database.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { pullsOf, windowsOf } from './pull-ledger-store.ts';

/** The answer that `reserve_pull` would give now. Times are in milliseconds since 1970. */
export interface NextPull {
  /** When the next pull may be sent: now if a place is free, `undefined` while the supplier is paused. */
  readonly nextMs: number | undefined;
  readonly nowMs: number;
}

/** Reads when the next pull of a supplier may be sent, without reserving it. */
export async function readNextPull(
  reader: Reader,
  { id, pullLimits }: Pick<Supplier, 'id' | 'pullLimits'>,
): Promise<NextPull> {
  const { rows } = await sql<{ paused: boolean | null; nextMs: number; nowMs: number }>`
    select supplier.paused, (extract(epoch from clock.now) * 1000)::double precision as "nowMs",
           (extract(epoch from greatest(clock.now, supplier.blocked_until, windows.free_at)) * 1000)
             ::double precision as "nextMs"
      from (select holdfast_clock() as now) clock
      left join supplier on supplier.id = ${id}
     cross join lateral (
       select max(free_at) as free_at
         from pull_windows(${id}, ${pullsOf(pullLimits)}::integer[], ${windowsOf(pullLimits)}::interval[], clock.now)
     ) windows`.execute(reader);
  const row = rows[0];
  if (!row) throw new Error('the next pull could not be read');
  return { nextMs: row.paused ? undefined : row.nextMs, nowMs: row.nowMs };
}
