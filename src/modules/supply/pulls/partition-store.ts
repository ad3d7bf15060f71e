import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type { PaxType, UpstreamSlot } from '../adapters/adapter.ts';
import { formatPartition, type Partition, type PartitionKey, parsePartition } from '../supplier/partition.ts';

/** The answer to a pull. */
export interface PulledPartition extends PartitionKey {
  /** The epoch in which the pull was reserved. */
  readonly epoch: number;
  readonly observedAt: InstantText;
  readonly slots: readonly UpstreamSlot[];
  /** Whether a slot that is missing from the answer is gone, or only sold out. */
  readonly absence: 'gone' | 'sold-out';
}

/**
 * - `changed`, `unchanged`: the answer was accepted.
 * - `unconfirmed`: the answer is suspicious. It is accepted if the next one removes the same slots.
 * - `older`: a later answer is already stored.
 * - `fenced`: another instance has acquired the leader lease since the pull was reserved.
 */
export type ReplaceOutcome = 'changed' | 'unchanged' | 'unconfirmed' | 'older' | 'fenced';

/** An answer is suspicious if it removes at least this many slots on sale, and more than this share of them. */
export const SUSPICIOUS_REMOVAL = { slots: 3, share: 0.5 } as const;

/** Replaces the stored content of a partition with an answer. One statement. */
export async function replacePartition(tx: Tx, pulled: PulledPartition): Promise<ReplaceOutcome> {
  const { supplierId, partition, epoch, observedAt, absence } = pulled;
  const slots = JSON.stringify(pulled.slots.map((slot) => toSuppliedSlot(slot, partition)));
  const digest = createHash('sha256').update(slots).digest();
  const { rows } = await sql<{ outcome: ReplaceOutcome }>`
    select replace_partition(
      ${supplierId}, ${epoch}, ${formatPartition(partition)}, ${observedAt}::timestamptz, ${digest}, ${slots}::jsonb,
      ${absence === 'gone'}, ${SUSPICIOUS_REMOVAL.slots}, ${SUSPICIOUS_REMOVAL.share}) as outcome`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error('replace_partition returned no row');
  return row.outcome;
}

/** A slot as the SQL type supplied_slot. */
function toSuppliedSlot(slot: UpstreamSlot, partition: Partition) {
  const isFree = Number(slot.price.final) === 0;
  return {
    upstream_id: slot.id,
    starts_at: slot.startsAt,
    ends_at: slot.endsAt,
    // Orders show a booking under this name.
    name: slot.name ?? (partition.kind === 'product-date' ? `Experience ${partition.productId}` : null),
    remaining: slot.remaining,
    price_amount: isFree ? null : slot.price.final,
    price_currency: isFree ? null : slot.price.currency,
    pax: slot.pax.length > 0 ? slot.pax.map(toStoredPax) : null,
    detail: {
      local: slot.local,
      variantId: slot.variantId,
      original: slot.price.original,
      discount: slot.price.discount,
      currency: slot.price.currency,
    },
  };
}

function toStoredPax({ isPrimary, ...pax }: PaxType) {
  return { ...pax, is_primary: isPrimary };
}

/** A partition that was pulled, and the time as of which its stored content is true, in milliseconds since 1970. */
export interface ObservedPartition {
  readonly partition: Partition;
  readonly observedMs: number;
}

export async function readObserved(reader: Reader, supplierId: string): Promise<ObservedPartition[]> {
  const { rows } = await sql<{ partition: string; observed_ms: number }>`
    select partition, extract(epoch from observed_at)::double precision * 1000 as observed_ms
      from supplier_partition where supplier_id = ${supplierId}`.execute(reader);
  return rows.map((row) => ({ partition: parsePartition(row.partition), observedMs: row.observed_ms }));
}
