import { sql } from 'kysely';
import type { Reader } from '../../../platform/db/database.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { EVERYTHING } from '../supplier/partition.ts';
import { isSnapshot, type Supplier } from '../supplier/supplier.ts';
import { windowsOf } from './pull-ledger-store.ts';

/** How many places of each limit are taken now, as `reserve_pull` counts them. */
export async function readWindows(
  reader: Reader,
  { id, pullLimits }: Pick<Supplier, 'id' | 'pullLimits'>,
): Promise<number[]> {
  const { rows } = await sql<{ pulls: number }>`
    select (select count(*) from pull
             where supplier_id = ${id} and open_until > clock.now - asked.length)::integer as pulls
      from (select holdfast_clock() as now) clock
     cross join unnest(${windowsOf(pullLimits)}::interval[]) with ordinality as asked (length, place)
     order by place`.execute(reader);
  return rows.map(({ pulls }) => pulls);
}

interface Progress {
  readonly paused: boolean;
  readonly last_pull_at: InstantText | null;
  readonly last_error: string | null;
  readonly last_error_at: InstantText | null;
  readonly oldest_observed_at: InstantText | null;
  readonly total: number;
  readonly done: number;
  readonly waiting: number;
  readonly parked: number;
  readonly untold_because: string | null;
}

/** What is asked to be known of a supplier, and how much of it is. */
export async function readProgress(reader: Reader, supplier: Supplier): Promise<Progress> {
  const { id, products, cadence, timeZone } = supplier;
  const everythingMs = isSnapshot(supplier) ? snapshotAgeMs(supplier) : null;
  const { rows } = await sql<Progress>`
    with asked as (
      select product.id || '/' || to_char(today.date + day.number, 'YYYY-MM-DD') as part, band.every_ms
        from (select (holdfast_clock() at time zone ${timeZone})::date as date) today
       cross join unnest(${products}::bigint[]) as product (id)
       cross join unnest(${cadence.map(({ days: [first] }) => first)}::integer[], ${cadence.map(({ days: [, last] }) => last)}::integer[],
                         ${cadence.map(({ everyMs }) => everyMs)}::bigint[]) as band (from_day, to_day, every_ms)
       cross join generate_series(band.from_day, band.to_day) as day (number)
      union all
      select ${EVERYTHING}, ${everythingMs}::bigint where ${everythingMs}::bigint is not null
    ), counted as (
      select count(*)::integer as total, min(known.observed_at) as oldest_observed_at,
             count(*) filter (
               where known.observed_at >= holdfast_clock() - every_ms * interval '1 millisecond')::integer as done
        from asked left join supply_part known on known.supplier_id = ${id} and known.part = asked.part
    ), queued as (
      select count(*) filter (where state = 'waiting')::integer as waiting,
             count(*) filter (where state = 'parked')::integer as parked,
             (array_agg(reason order by state, due_at) filter (where reason is not null))[1] as untold_because
        from write_back where supplier_id = ${id} and state in ('waiting', 'parked')
    )
    select coalesce(supplier.paused, false) as paused, last_pull_at, last_error, last_error_at, counted.*, queued.*
      from counted cross join queued left join supplier on supplier.id = ${id}`.execute(reader);
  const row = rows[0];
  if (!row) throw new Error('the database did not tell how far the sync is');
  return row;
}

/** A snapshot is pulled as often as its limits allow, so it may get as old as the slowest of them makes it. */
export function snapshotAgeMs({ pullLimits }: Pick<Supplier, 'pullLimits'>): number {
  return Math.max(...pullLimits.map(({ pulls, windowMs }) => Math.ceil(windowMs / pulls)));
}
