import { sql } from 'kysely';
import { bookSlot, type ReservationPolicy } from '../../../src/modules/reservations/index.ts';
import type { Adapter, UpstreamId, UpstreamSlot } from '../../../src/modules/supply/adapters/adapter.ts';
import { replacePartition } from '../../../src/modules/supply/pulls/partition-store.ts';
import { EVERYTHING } from '../../../src/modules/supply/supplier/partition.ts';
import { registerSuppliers } from '../../../src/modules/supply/supplier/supplier-store.ts';
import { type Database, readClock } from '../../../src/platform/db/database.ts';
import type { Id } from '../../../src/platform/ids.ts';

/** No notice, because suppliers' slots are on sale until they begin. */
export const POLICY: ReservationPolicy = {
  holdTtlMs: 1_800_000,
  minNoticeMs: 0,
  minNoticeGraceMs: 0,
  maxLiveHolds: null,
  maxHoldMs: 7_200_000,
};

export async function addSupplier(database: Database, supplierId: string): Promise<void> {
  await database.transaction((tx) => registerSuppliers(tx, [supplierId]));
}

/** Pulls everything that a supplier sells and stores the answer. */
export async function pullItems(database: Database, supplierId: string, adapter: Adapter): Promise<void> {
  const observedAt = await database.read(readClock);
  const slots = await adapter.pull(EVERYTHING, { answered() {} }, new AbortController().signal);
  await supplyItems(database, supplierId, slots, { observedAt, absence: adapter.absence });
}

interface Observation {
  readonly observedAt?: string;
  readonly absence?: Adapter['absence'];
}

/** Replaces everything that a supplier sells. */
export async function supplyItems(
  database: Database,
  supplierId: string,
  slots: readonly UpstreamSlot[],
  { observedAt, absence = 'sold-out' }: Observation = {},
): Promise<void> {
  const at = observedAt ?? (await database.read(readClock));
  const pulled = { supplierId, epoch: 0, partition: EVERYTHING, observedAt: at, slots, absence };
  await database.statement((tx) => replacePartition(tx, pulled));
}

/** Books one unit for a new client. @returns the reservation's id */
export async function bookSupplied(database: Database, slotId: Id): Promise<Id> {
  const booked = await database.transaction(async (tx) => {
    const { rows } = await sql<{ id: Id }>`
      insert into client (first_name, last_name) values ('A', 'B') returning id`.execute(tx);
    return bookSlot(tx, { clientId: rows[0]?.id ?? 0, slotId, quantity: 1, actor: null }, POLICY);
  });
  return booked.reservation_id;
}

/** Our slot ids of a supplier's slots, by the supplier's own ids. */
export async function suppliedIds(database: Database, supplierId: string): Promise<Map<UpstreamId, Id>> {
  const { rows } = await database.read((reader) =>
    sql<{ slot_id: Id; upstream_id: string }>`
      select slot_id, upstream_id::text as upstream_id from supplier_slot where supplier_id = ${supplierId}`.execute(
      reader,
    ),
  );
  return new Map(rows.map(({ slot_id, upstream_id }) => [JSON.parse(upstream_id) as UpstreamId, slot_id]));
}

/** An item on a day in June of next year. */
export function upstreamItem(id: UpstreamId, remaining: number): UpstreamSlot {
  const year = new Date().getUTCFullYear() + 1;
  return {
    id,
    name: `item ${id}`,
    startsAt: `${year}-06-01T10:00:00.000Z`,
    endsAt: `${year}-06-01T12:00:00.000Z`,
    local: null,
    variantId: null,
    remaining,
    price: { final: '12.50', original: '12.50', discount: '0', currency: 'EUR' },
    pax: [],
  };
}
