import { sql } from 'kysely';
import type { Freshness, View } from '../../../freshness/index.ts';
import { Batcher } from '../../../platform/batcher.ts';
import type { Database, Reader } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { type HoldPairs, toHolds, type Units } from '../../inventory/index.ts';
import { SLOT_HOLDS } from '../../reservations/index.ts';
import { formatPartition, formatPartitionKey, type PartitionKey } from '../supplier/partition.ts';

/** A pax type as it is stored with its slot. Amounts are text. */
export interface StoredPax {
  readonly type: string;
  readonly name: string;
  readonly description: string;
  readonly is_primary?: boolean;
  readonly min: number;
  readonly max: number;
  readonly remaining: number;
  readonly price: StoredPrice;
}

interface StoredPrice {
  readonly final: string;
  readonly original: string;
  readonly discount: string;
  readonly currency: string;
}

/** An open slot of a supplier. Times are in milliseconds since 1970. */
export interface PartitionSlot {
  readonly slotId: Id;
  readonly startMs: number;
  readonly endMs: number;
  /** The supplier's own ids as JSON text: a number keeps its digits, a string its quotes. */
  readonly upstreamId: string;
  readonly variantId: string | null;
  readonly name: string | null;
  readonly local: { readonly startDate: string; readonly startTime: string; readonly endTime: string } | null;
  readonly original: string | null;
  /** Price of one unit; `0` if it is free. */
  readonly amount: string;
  readonly currency: string | null;
  readonly pax: readonly StoredPax[] | null;
  readonly units: Units;
}

/** The stored content of a partition that was pulled at least once. */
export interface StoredPartition {
  readonly key: PartitionKey;
  /** The time as of which the supplier's data is true, in milliseconds since 1970. */
  readonly observedMs: number;
  /** The open slots, by start and then by id. */
  readonly slots: readonly PartitionSlot[];
}

/** A view of suppliers' partitions. A partition that was never pulled is `undefined`. */
export type PartitionView<V> = View<PartitionKey, V>;

/** Every change is announced, so the bound matters only if an announcement is lost without notice. */
const MAX_AGE_MS = 60_000;
/** Partitions per statement, concurrent statements, and partitions that may wait for one. */
const LOADS = { maxBatchSize: 64, maxConcurrent: 2, maxWaiting: 16_384 } as const;

interface PartitionViewOptions<V> {
  readonly name: string;
  readonly maxBytes: number;
  /** Approximate memory of one slot, in bytes. */
  readonly slotBytes: number;
  build(stored: StoredPartition): V & { readonly size: number };
}

/** Creates a view that keeps suppliers' partitions in memory until something about them changes. */
export function createPartitionView<V>(
  freshness: Freshness,
  database: Database,
  { name, maxBytes, slotBytes, build }: PartitionViewOptions<V>,
): PartitionView<V & { readonly size: number }> {
  const held = new HeldSlots((key) => view.invalidate(key));
  const batcher = new Batcher(LOADS);
  const load = batcher.open<PartitionKey, (V & { readonly size: number }) | undefined>({
    name: `load ${name}`,
    maxWaiting: LOADS.maxWaiting,
    run: (keys) =>
      held.watch(async (note) => {
        const partitions = await database.read((reader) => readPartitions(reader, keys));
        const built = new Map(partitions.map((stored) => [formatPartitionKey(stored.key), build(stored)]));
        note(partitions);
        return keys.map((key) => built.get(formatPartitionKey(key)));
      }),
  });
  const view = freshness.view<PartitionKey, V & { readonly size: number }>(
    { name, keyOf: formatPartitionKey, maxAgeMs: MAX_AGE_MS, load, sizeOf: ({ size }) => size * slotBytes },
    maxBytes,
  );
  freshness.listen(view, {
    supplier_partition: (keys) => {
      for (const key of keys) view.invalidate(key);
    },
    claim: (keys) => {
      for (const key of keys) if (key.startsWith(NO_PROVIDER)) held.changed(Number(key.slice(NO_PROVIDER.length)));
    },
  });
  return view;
}

/** Begins the change feed's key of a claim on a slot without a provider, which is a supplier's. */
const NO_PROVIDER = '0:';

/**
 * Knows which partition each slot with a hold belongs to. To confirm or extend a hold changes the reservation and not
 * the slot's row, so the feed names the slot and not the partition. The partition must be loaded again all the same,
 * because the hold's units no longer become free at the time it has in memory. Partitions are identified by their key
 * in the change feed.
 */
class HeldSlots {
  readonly #partitionOf = new Map<Id, string>();
  /** For each load that is running, the slots that have changed since it began. It may have read their old state. */
  readonly #changes = new Set<Set<Id>>();
  readonly #invalidate: (key: string) => void;

  constructor(invalidate: (key: string) => void) {
    this.#invalidate = invalidate;
  }

  /** Runs a load, which passes the partitions that it has read to `note`. */
  async watch<T>(load: (note: (partitions: readonly StoredPartition[]) => void) => Promise<T>): Promise<T> {
    const changed = new Set<Id>();
    this.#changes.add(changed);
    try {
      return await load((partitions) => this.#note(partitions, changed));
    } finally {
      this.#changes.delete(changed);
    }
  }

  changed(slotId: Id): void {
    for (const changed of this.#changes) changed.add(slotId);
    const key = this.#partitionOf.get(slotId);
    if (key === undefined) return;
    this.#partitionOf.delete(slotId);
    this.#invalidate(key);
  }

  #note(partitions: readonly StoredPartition[], changed: ReadonlySet<Id>): void {
    for (const { key, slots } of partitions) {
      const name = formatPartitionKey(key);
      for (const { slotId, units } of slots) {
        if (units.holds.length > 0) this.#partitionOf.set(slotId, name);
        if (changed.has(slotId)) this.#invalidate(name);
      }
    }
  }
}

interface Row {
  /** Position of the key, from 1. */
  readonly place: number;
  readonly observedMs: number;
  readonly slots:
    | readonly (Omit<PartitionSlot, 'units'> & { readonly free: number; readonly holds: HoldPairs | null })[]
    | null;
}

/** Reads partitions with their open slots, in one statement. Leaves out those that were never pulled. */
async function readPartitions(reader: Reader, keys: readonly PartitionKey[]): Promise<StoredPartition[]> {
  const unique = [...new Map(keys.map((key) => [formatPartitionKey(key), key])).values()];
  const supplierIds = unique.map(({ supplierId }) => supplierId);
  const names = unique.map(({ partition }) => formatPartition(partition));
  const { rows } = await sql<Row>`
    select requested.place::integer as place,
           (extract(epoch from sp.observed_at) * 1000)::double precision as "observedMs",
           (select json_agg(json_build_object(
                     'slotId', s.id, 'upstreamId', ss.upstream_id::text, 'variantId', (ss.detail -> 'variantId')::text,
                     'startMs', (extract(epoch from s.starts_at) * 1000)::double precision,
                     'endMs', (extract(epoch from s.ends_at) * 1000)::double precision,
                     'name', s.name, 'local', ss.detail -> 'local',
                     'original', ss.detail ->> 'original', 'amount', coalesce(s.price_amount, 0)::text,
                     'currency', coalesce(s.price_currency, ss.detail ->> 'currency'), 'pax', s.pax,
                     'free', s.capacity - s.claimed, 'holds', ${SLOT_HOLDS})
                   order by s.starts_at, s.id)
              from supplier_slot ss join slot s on s.id = ss.slot_id
             where ss.supplier_id = sp.supplier_id and ss.partition = sp.partition and s.closed_at is null) as slots
      from unnest(${supplierIds}::text[], ${names}::text[]) with ordinality as requested (supplier_id, partition, place)
      join supplier_partition sp on sp.supplier_id = requested.supplier_id and sp.partition = requested.partition
    `.execute(reader);
  return rows.map(({ place, observedMs, slots }) => ({
    key: unique[place - 1] as PartitionKey,
    observedMs,
    slots: (slots ?? []).map(({ free, holds, ...slot }) => ({ ...slot, units: { free, holds: toHolds(holds) } })),
  }));
}
