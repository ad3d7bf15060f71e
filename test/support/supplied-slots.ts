import { sql } from 'kysely';
import type { Adapter, Part, UpstreamId, UpstreamSlot } from '../../src/modules/supply/adapters/adapter.ts';
import { type Database, readClock } from '../../src/platform/db/database.ts';
import type { Id } from '../../src/platform/ids.ts';

export async function addSupplier(database: Database, supplierId: string): Promise<void> {
  await database.statement((tx) => sql`insert into supplier (id) values (${supplierId})`.execute(tx));
}

/** Asks a supplier for all it has, and has it for sale. */
export async function pullItems(database: Database, supplierId: string, adapter: Adapter): Promise<void> {
  const observedAt = await database.read(readClock);
  const part: Part = { kind: 'everything' };
  const slots = await adapter.pull(part, { answered() {} }, new AbortController().signal);
  await supplyItems(database, supplierId, slots, { observedAt, isGone: adapter.absence === 'gone' });
}

interface Observation {
  readonly observedAt?: string;
  readonly isGone?: boolean;
}

/** Puts an answer in the place of what was known of everything that the supplier sells. */
export async function supplyItems(
  database: Database,
  supplierId: string,
  slots: readonly Pick<UpstreamSlot, 'id' | 'name' | 'startsAt' | 'endsAt' | 'remaining' | 'price'>[],
  { observedAt, isGone = false }: Observation = {},
): Promise<void> {
  const told = slots.map(({ id, name, startsAt, endsAt, remaining, price }) => ({
    upstream_id: id,
    starts_at: startsAt,
    ends_at: endsAt,
    remaining,
    price_amount: price.final,
    price_currency: price.currency,
    pax: null,
    detail: { name },
  }));
  const digest = JSON.stringify(told);
  const at = observedAt ?? (await database.read(readClock));
  await database.statement((tx) =>
    sql`select swap_supply_part(${supplierId}, 0, 'everything', ${at}::timestamptz, convert_to(${digest}, 'UTF8'),
                                ${digest}::jsonb, ${isGone})`.execute(tx),
  );
}

/** Our ids of what a supplier sells, by the supplier's. */
export async function suppliedIds(database: Database, supplierId: string): Promise<Map<UpstreamId, Id>> {
  const { rows } = await database.read((reader) =>
    sql<{ slot_id: Id; upstream_id: string }>`
      select slot_id, upstream_id::text as upstream_id from supplier_slot where supplier_id = ${supplierId}`.execute(
      reader,
    ),
  );
  return new Map(rows.map(({ slot_id, upstream_id }) => [JSON.parse(upstream_id) as UpstreamId, slot_id]));
}

/** An item with a name, on sale in a year, of which so many are left. */
export function item(id: UpstreamId, remaining: number) {
  const year = new Date().getUTCFullYear() + 1;
  return {
    id,
    name: `item ${id}`,
    startsAt: `${year}-06-01T10:00:00.000Z`,
    endsAt: `${year}-06-01T12:00:00.000Z`,
    remaining,
    price: { final: '12.50', original: '12.50', discount: '0', currency: 'EUR' },
  };
}
