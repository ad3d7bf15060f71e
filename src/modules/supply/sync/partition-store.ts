import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type { Partition, PaxType, UpstreamSlot } from '../adapters/adapter.ts';
import { partitionName } from '../supplier/partition.ts';

export interface Pulled {
  readonly supplierId: string;
  readonly epoch: number;
  readonly part: Partition;
  readonly observedAt: InstantText;
  readonly slots: readonly UpstreamSlot[];
  /** Whether a slot that was left out is gone, or only sold out. */
  readonly absence: 'gone' | 'sold-out';
}

/** What came of it; migrations/0008_supply.sql tells when. */
export type Swapped = 'changed' | 'unchanged' | 'doubted' | 'older' | 'fenced';

/** Puts an answer in the place of what was known of its part. One statement. */
export async function replacePartition(tx: Tx, pulled: Pulled): Promise<Swapped> {
  const told = JSON.stringify(pulled.slots.map((slot) => toTold(slot, pulled.part)));
  const digest = createHash('sha256').update(told).digest();
  const { rows } = await sql<{ outcome: Swapped }>`
    select swap_supply_part(${pulled.supplierId}, ${pulled.epoch}, ${partitionName(pulled.part)},
      ${pulled.observedAt}::timestamptz, ${digest}, ${told}::jsonb, ${pulled.absence === 'gone'}) as outcome`.execute(
    tx,
  );
  const row = rows[0];
  if (!row) throw new Error('the swap did not answer');
  return row.outcome;
}

/** As the type told_slot has it. */
function toTold(slot: UpstreamSlot, part: Partition) {
  const isFree = Number(slot.price.final) === 0;
  return {
    upstream_id: slot.id,
    starts_at: slot.startsAt,
    ends_at: slot.endsAt,
    // Whoever has booked it finds it under this name among the orders.
    name: slot.name ?? (part.kind === 'product-date' ? `Experience ${part.product}` : null),
    remaining: slot.remaining,
    price_amount: isFree ? null : slot.price.final,
    price_currency: isFree ? null : slot.price.currency,
    pax: slot.pax.length > 0 ? slot.pax.map(toPax) : null,
    detail: {
      local: slot.local,
      variantId: slot.variantId,
      original: slot.price.original,
      discount: slot.price.discount,
      currency: slot.price.currency,
    },
  };
}

function toPax({ isPrimary, ...pax }: PaxType) {
  return { ...pax, is_primary: isPrimary };
}

/** When what is known of each part was true, in milliseconds since 1970. */
export async function readObserved(reader: Reader, supplierId: string): Promise<Map<string, number>> {
  const { rows } = await sql<{ part: string; observed_ms: number }>`
    select part, extract(epoch from observed_at)::double precision * 1000 as observed_ms
      from supply_part where supplier_id = ${supplierId}`.execute(reader);
  return new Map(rows.map((row) => [row.part, row.observed_ms]));
}
