import { sql } from 'kysely';
import type { Reader } from '../../../platform/db/database.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { pullsOf, windowsOf } from '../pulls/pull-ledger-store.ts';
import { EVERYTHING, formatPartition } from '../supplier/partition.ts';
import { isSnapshot, type Supplier, snapshotTargetAgeMs } from '../supplier/supplier.ts';

/** The number of pulls that count against each limit now. */
export async function readPullsInWindows(
  reader: Reader,
  { id, pullLimits }: Pick<Supplier, 'id' | 'pullLimits'>,
): Promise<number[]> {
  const { rows } = await sql<{ pulls: number }>`
    select pulls
      from pull_windows(${id}, ${pullsOf(pullLimits)}::integer[], ${windowsOf(pullLimits)}::interval[],
                        holdfast_clock())
     order by place`.execute(reader);
  return rows.map(({ pulls }) => pulls);
}

interface SyncProgress {
  readonly paused: boolean;
  /** Whether many pulls have failed in a row; each success ends it. */
  readonly failing: boolean;
  readonly last_pull_at: InstantText | null;
  readonly last_error: string | null;
  readonly last_error_at: InstantText | null;
  readonly oldest_observed_at: InstantText | null;
  /** Partitions that the configuration requires. */
  readonly total: number;
  /** Those of them that are within their target age. */
  readonly done: number;
  readonly waiting: number;
  readonly parked: number;
  readonly write_back_reason: string | null;
}

/**
 * Counts the partitions that a supplier's configuration requires, those within their target age, and its write-backs.
 */
export async function readSyncProgress(reader: Reader, supplier: Supplier): Promise<SyncProgress> {
  const { id, products, cadence, timeZone } = supplier;
  const snapshotMs = isSnapshot(supplier) ? snapshotTargetAgeMs(supplier) : null;
  const firstDays = cadence.map(({ days: [first] }) => first);
  const lastDays = cadence.map(({ days: [, last] }) => last);
  const targetMs = cadence.map(({ everyMs }) => everyMs);
  const { rows } = await sql<SyncProgress>`
    with required as (
      select partition_name(product.id, today.date + day.number) as partition, rule.target_ms
        from (select (holdfast_clock() at time zone ${timeZone})::date as date) today
       cross join unnest(${products}::bigint[]) as product (id)
       cross join unnest(${firstDays}::integer[], ${lastDays}::integer[], ${targetMs}::bigint[])
                    as rule (first_day, last_day, target_ms)
       cross join generate_series(rule.first_day, rule.last_day) as day (number)
      union all
      select ${formatPartition(EVERYTHING)}, ${snapshotMs}::bigint where ${snapshotMs}::bigint is not null
    ), partitions as (
      select count(*)::integer as total, min(sp.observed_at) as oldest_observed_at,
             count(*) filter (
               where sp.observed_at >= holdfast_clock() - target_ms * interval '1 millisecond')::integer as done
        from required left join supplier_partition sp on sp.supplier_id = ${id} and sp.partition = required.partition
    ), write_backs as (
      select count(*) filter (where state = 'waiting')::integer as waiting,
             count(*) filter (where state = 'parked')::integer as parked,
             (array_agg(reason order by state, due_at) filter (where reason is not null))[1] as write_back_reason
        from write_back where supplier_id = ${id} and state in ('waiting', 'parked')
    )
    select coalesce(supplier.paused, false) as paused, failing_since is not null as failing, last_pull_at, last_error, last_error_at, partitions.*,
           write_backs.*
      from partitions cross join write_backs left join supplier on supplier.id = ${id}`.execute(reader);
  const row = rows[0];
  if (!row) throw new Error('the progress of the sync could not be read');
  return row;
}
