import { sql } from 'kysely';
import type { Reader } from '../../../platform/db/database.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { windowsOf } from './pull-ledger-store.ts';

/** What `reserve_pull` would say now, without reserving. */
export interface NextPull {
  /** When the next pull may be sent, in milliseconds since 1970: now if one is free, `undefined` while it is paused. */
  readonly nextMs: number | undefined;
  readonly nowMs: number;
}

/** Reads when the next pull of a supplier may be sent, by the arithmetic of `reserve_pull`. */
export async function readNextPull(
  reader: Reader,
  { id, pullLimits }: Pick<Supplier, 'id' | 'pullLimits'>,
): Promise<NextPull> {
  const { rows } = await sql<{ paused: boolean | null; nextMs: number; nowMs: number }>`
    select supplier.paused, (extract(epoch from clock.now) * 1000)::double precision as "nowMs",
           (extract(epoch from greatest(clock.now, supplier.blocked_until, limits.until)) * 1000)::double precision as "nextMs"
      from (select holdfast_clock() as now) clock
      left join supplier on supplier.id = ${id}
      cross join lateral (
        select max(used.until) as until
          from unnest(${pullLimits.map(({ pulls }) => pulls)}::integer[],
                      ${windowsOf(pullLimits)}::interval[]) as asked (pulls, length)
         cross join lateral (
           select open_until + asked.length as until from pull
            where supplier_id = ${id} and open_until > clock.now - asked.length
            order by open_until desc offset asked.pulls - 1 limit 1) used) limits`.execute(reader);
  const row = rows[0];
  if (!row) throw new Error('the database did not tell the next pull');
  return { nextMs: row.paused ? undefined : row.nextMs, nowMs: row.nowMs };
}
