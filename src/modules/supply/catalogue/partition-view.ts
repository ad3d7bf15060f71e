import { sql } from 'kysely';
import type { Freshness, View } from '../../../freshness/index.ts';
import { Batcher } from '../../../platform/batcher.ts';
import type { Database, Reader } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { type HoldPairs, toHolds, type Units } from '../../inventory/index.ts';
import { SLOT_HOLDS } from '../../reservations/index.ts';

/** `<supplier>/<part>`, as the change feed names it. */
export type PartitionKey = string;

export function partitionKey(supplierId: string, part: string): PartitionKey {
  return `${supplierId}/${part}`;
}

/** A pax type as a slot's row has it. Amounts are texts. */
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

/** An open slot of a supplier. Times are milliseconds since 1970. */
export interface PartitionSlot {
  readonly slotId: Id;
  readonly startMs: number;
  readonly endMs: number;
  /** The supplier's own ids, as JSON text: a number keeps its digits, a text its quotes. */
  readonly upstreamId: string;
  readonly variantId: string | null;
  readonly name: string | null;
  readonly local: { readonly startDate: string; readonly startTime: string; readonly endTime: string } | null;
  readonly original: string | null;
  /** Of one unit: `0` when it is free. */
  readonly amount: string;
  readonly currency: string | null;
  readonly pax: readonly StoredPax[] | null;
  readonly units: Units;
}

/** What is known of a part that was pulled at least once. */
export interface KnownPartition {
  readonly key: PartitionKey;
  /** Its knowledge is from this moment, in milliseconds since 1970. */
  readonly observedMs: number;
  /** Its open slots, by start and then by id. */
  readonly slots: readonly PartitionSlot[];
}

/** Parts that were never pulled are known as `undefined`. */
export type PartitionView<V> = View<PartitionKey, V>;

/** A part is told every change; the bound is for the day when that fails without anybody noticing. */
const MAX_AGE_MS = 60_000;
/** Parts read by one statement, statements at once, and parts that may wait for theirs. */
const LOADS = { maxBatchSize: 64, maxConcurrent: 2, maxWaiting: 16_384 } as const;

interface PartViewOptions<V> {
  readonly name: string;
  readonly maxBytes: number;
  /** Of one slot, in memory. */
  readonly slotBytes: number;
  build(part: KnownPartition): V & { readonly size: number };
}

/** Parts of suppliers, kept in memory until something about them changes. */
export function createPartView<V>(
  freshness: Freshness,
  database: Database,
  { name, maxBytes, slotBytes, build }: PartViewOptions<V>,
): PartitionView<V & { readonly size: number }> {
  const held = new HeldSlots((key) => view.invalidate(key));
  const batcher = new Batcher(LOADS);
  const load = batcher.open<PartitionKey, (V & { readonly size: number }) | undefined>({
    name: `load ${name}`,
    maxWaiting: LOADS.maxWaiting,
    run: (keys) =>
      held.watch(async (note) => {
        const parts = await database.read((reader) => readParts(reader, [...new Set(keys)]));
        const built = new Map(parts.map((part) => [part.key, build(part)]));
        note(parts);
        return keys.map((key) => built.get(key));
      }),
  });
  const view = freshness.view<PartitionKey, V & { readonly size: number }>(
    { name, keyOf: (key) => key, maxAgeMs: MAX_AGE_MS, load, sizeOf: (part) => part.size * slotBytes },
    maxBytes,
  );
  freshness.listen(view, {
    supply_part: (keys) => {
      for (const key of keys) view.invalidate(key);
    },
    claim: (keys) => {
      for (const key of keys) if (key.startsWith(NO_PROVIDER)) held.changed(Number(key.slice(NO_PROVIDER.length)));
    },
  });
  return view;
}

/** How the feed names a claim on a slot that no provider of ours offers. */
const NO_PROVIDER = '0:';

/**
 * Which parts have slots with holds on them. To confirm or extend a hold changes the reservation and leaves its slot's
 * row as it is, so the feed names the slot and not the part; but its units would have come free, and now do not.
 */
class HeldSlots {
  readonly #partOf = new Map<Id, PartitionKey>();
  /** What changed while each load was under way, which may have read it as it was before. */
  readonly #watches = new Set<Set<Id>>();
  readonly #invalidate: (key: PartitionKey) => void;

  constructor(invalidate: (key: PartitionKey) => void) {
    this.#invalidate = invalidate;
  }

  async watch<T>(load: (note: (parts: readonly KnownPartition[]) => void) => Promise<T>): Promise<T> {
    const changed = new Set<Id>();
    this.#watches.add(changed);
    try {
      return await load((parts) => this.#note(parts, changed));
    } finally {
      this.#watches.delete(changed);
    }
  }

  changed(slotId: Id): void {
    for (const watch of this.#watches) watch.add(slotId);
    const key = this.#partOf.get(slotId);
    if (key === undefined) return;
    this.#partOf.delete(slotId);
    this.#invalidate(key);
  }

  #note(parts: readonly KnownPartition[], changed: ReadonlySet<Id>): void {
    for (const { key, slots } of parts) {
      for (const { slotId, units } of slots) {
        if (units.holds.length > 0) this.#partOf.set(slotId, key);
        if (changed.has(slotId)) this.#invalidate(key);
      }
    }
  }
}

interface Row {
  readonly key: PartitionKey;
  readonly observedMs: number;
  readonly slots:
    | readonly (Omit<PartitionSlot, 'units'> & { readonly free: number; readonly holds: HoldPairs | null })[]
    | null;
}

/** Those of the parts that were ever pulled, by one statement. */
async function readParts(reader: Reader, keys: readonly PartitionKey[]): Promise<KnownPartition[]> {
  const supplierIds = keys.map((key) => key.slice(0, key.indexOf('/')));
  const parts = keys.map((key) => key.slice(key.indexOf('/') + 1));
  const { rows } = await sql<Row>`
    select known.supplier_id || '/' || known.part as key,
           (extract(epoch from known.observed_at) * 1000)::double precision as "observedMs",
           (select json_agg(json_build_object(
                     'slotId', s.id, 'upstreamId', told.upstream_id::text, 'variantId', (told.detail -> 'variantId')::text,
                     'startMs', (extract(epoch from s.starts_at) * 1000)::double precision,
                     'endMs', (extract(epoch from s.ends_at) * 1000)::double precision,
                     'name', s.name, 'local', told.detail -> 'local',
                     'original', told.detail ->> 'original', 'amount', coalesce(s.price_amount, 0)::text,
                     'currency', coalesce(s.price_currency, told.detail ->> 'currency'), 'pax', s.pax, 'free', s.capacity - s.claimed, 'holds', ${SLOT_HOLDS})
                   order by s.starts_at, s.id)
              from supplier_slot told join slot s on s.id = told.slot_id
             where told.supplier_id = known.supplier_id and told.part = known.part and s.closed_at is null) as slots
      from unnest(${supplierIds}::text[], ${parts}::text[]) as asked (supplier_id, part)
      join supply_part known on known.supplier_id = asked.supplier_id and known.part = asked.part`.execute(reader);
  return rows.map(({ slots, ...part }) => ({
    ...part,
    slots: (slots ?? []).map(({ free, holds, ...slot }) => ({ ...slot, units: { free, holds: toHolds(holds) } })),
  }));
}
