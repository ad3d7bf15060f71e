import { sql } from 'kysely';
import type { Adapter } from '../../../src/modules/supply/adapters/adapter.ts';
import { SUSPICIOUS_REMOVAL } from '../../../src/modules/supply/pulls/partition-store.ts';
import { formatPartition, type PartitionKey } from '../../../src/modules/supply/supplier/partition.ts';
import type { Database } from '../../../src/platform/db/database.ts';

/** A slot as the SQL type supplied_slot. */
export interface SuppliedSlot {
  readonly upstream_id: string | number;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly name: string | null;
  readonly remaining: number;
  readonly price_amount: string | null;
  readonly price_currency: string | null;
  readonly pax: readonly object[] | null;
  readonly detail: object;
}

export interface StoredAnswer extends PartitionKey {
  readonly observedAt: string;
  readonly slots: readonly SuppliedSlot[];
  /** Defaults to `sold-out`. */
  readonly absence?: Adapter['absence'];
}

/** Replaces a partition under the supplier's present epoch, as a pull does. */
export async function storePartition(
  database: Database,
  { supplierId, partition, observedAt, slots, absence }: StoredAnswer,
): Promise<void> {
  const name = formatPartition(partition);
  const json = JSON.stringify(slots);
  const outcome = await database.transaction(async (tx) => {
    const { rows } = await sql<{ outcome: string }>`
      select replace_partition(
        ${supplierId}, (select epoch from supplier where id = ${supplierId}), ${name}, ${observedAt}::timestamptz,
        sha256(convert_to(${json}, 'UTF8')), ${json}::jsonb, ${absence === 'gone'},
        ${SUSPICIOUS_REMOVAL.slots}, ${SUSPICIOUS_REMOVAL.share}) as outcome`.execute(tx);
    return rows[0]?.outcome;
  });
  if (outcome !== 'changed' && outcome !== 'unchanged') throw new Error(`the answer for ${name} is ${outcome}`);
}

function paxOf(type: string, final: string, remaining: number, isPrimary: boolean): object {
  const price = { final, original: final, discount: '0', currency: 'SGD' };
  return { type, name: type, description: `a ${type}`, is_primary: isPrimary, min: 1, max: 20, remaining, price };
}

/** A slot of an experience in Singapore, one hour long. */
export function experienceSlot(
  upstreamId: string | number,
  date: string,
  time: string,
  remaining: number,
  final: string,
): SuppliedSlot {
  const starts = new Date(`${date}T${time}:00+08:00`);
  return {
    upstream_id: upstreamId,
    starts_at: starts.toISOString(),
    ends_at: new Date(starts.getTime() + 3_600_000).toISOString(),
    name: null,
    remaining,
    price_amount: final,
    price_currency: 'SGD',
    pax: [paxOf('CHILD', '43.50', 1_000, false), paxOf('ADULT', final, 1_000, true)],
    detail: { local: { startDate: date, startTime: time, endTime: time }, variantId: 32, original: final },
  };
}

/** An item, one hour long. */
export function suppliedItem(
  upstreamId: string | number,
  name: string,
  startsAt: string,
  remaining: number,
): SuppliedSlot {
  const ends = new Date(Date.parse(startsAt) + 3_600_000).toISOString();
  const price = { price_amount: '12.50', price_currency: 'EUR' };
  const detail = { local: null, variantId: null, original: '12.50', discount: '0' };
  return { upstream_id: upstreamId, starts_at: startsAt, ends_at: ends, name, remaining, ...price, pax: null, detail };
}
