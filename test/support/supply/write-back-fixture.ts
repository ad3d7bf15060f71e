import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { UNRESTRICTED } from '../../../src/access/index.ts';
import { bookSlot, cancelReservation } from '../../../src/modules/reservations/index.ts';
import type { Adapter } from '../../../src/modules/supply/adapters/adapter.ts';
import { createAdapter } from '../../../src/modules/supply/adapters/create-adapter.ts';
import { countWriteBacks } from '../../../src/modules/supply/write-back/write-back-store.ts';
import { type WriteBackOptions, WriteBackWorker } from '../../../src/modules/supply/write-back/write-back-worker.ts';
import type { ChangeFeed } from '../../../src/platform/db/change-feed.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import { SampledClock } from '../../../src/platform/db/database-clock.ts';
import type { Id } from '../../../src/platform/ids.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { POLICY } from './supplied-slots.ts';
import { supplierAt } from './supplier-at.ts';

const FAST: Partial<WriteBackOptions> = {
  retry: { baseMs: 1, capMs: 20, maxAttempts: 500 },
  leaseMs: 30_000,
  pollMs: 10,
};

/** The adapter of a simulated supplier of items. */
export function itemsAdapter(url: string): Adapter {
  return createAdapter(supplierAt(url, 'snapshot'));
}

export async function openTestFeed(database: Database): Promise<ChangeFeed> {
  return database.openFeed(new SampledClock(), createLogger('silent'));
}

export function openWorker(
  database: Database,
  feed: ChangeFeed,
  adapters: Readonly<Record<string, Adapter>>,
  options: Partial<WriteBackOptions> = {},
): WriteBackWorker {
  const logger = createLogger('silent');
  return new WriteBackWorker({ database, feed, logger }, new Map(Object.entries(adapters)), { ...FAST, ...options });
}

/** Resolves when no write-back to these suppliers is waiting. */
export async function untilSent(database: Database, supplierIds: readonly string[], withinMs = 10_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const depths = await database.read((reader) => countWriteBacks(reader, supplierIds));
    if (depths.every(({ state, entries }) => state !== 'waiting' || entries === 0)) return;
    if (performance.now() > giveUpAt) throw new Error(`not sent within ${withinMs} ms: ${JSON.stringify(depths)}`);
    await delay(5);
  }
}

export interface StoredWriteBack {
  readonly reservation_id: number;
  readonly supplier_id: string;
  readonly key: string;
  readonly quantity: number;
  readonly desired_state: 'booked' | 'cancelled';
  readonly state: 'waiting' | 'done' | 'refused' | 'parked';
  readonly reason: string | null;
  readonly refusal: string | null;
  /** The reservation's status. */
  readonly status: 'confirmed' | 'cancelled' | 'conflict';
  /** The supplier's id of the booking, as JSON text. */
  readonly upstream_id: string | null;
  /** The supplier's id of the booked unit, as JSON text. */
  readonly unit_id: string;
  /** When the confirmation was decided, in microseconds since 1970. */
  readonly decided_us: string;
}

export async function readWriteBacks(database: Database): Promise<StoredWriteBack[]> {
  const { rows } = await database.read((reader) =>
    sql<StoredWriteBack>`
      select w.reservation_id, w.supplier_id, w.key, w.quantity, w.desired_state, w.state, w.reason, w.refusal,
             r.status, w.upstream_id::text as upstream_id, ss.upstream_id::text as unit_id,
             (extract(epoch from w.decided_at) * 1000000)::bigint::text as decided_us
        from write_back w join reservation r on r.id = w.reservation_id
        join supplier_slot ss on ss.slot_id = w.slot_id order by w.reservation_id`.execute(reader),
  );
  return rows;
}

/** The write-back of a reservation. */
export async function entryOf(database: Database, reservationId: Id): Promise<StoredWriteBack> {
  const entry = (await readWriteBacks(database)).find((each) => each.reservation_id === reservationId);
  if (!entry) throw new Error(`reservation ${reservationId} has no write-back`);
  return entry;
}

/** Ends all leases and makes all entries due, as time does after a process has died. */
export async function endLeases(database: Database): Promise<void> {
  await database.statement((tx) =>
    sql`update write_back set leased_until = '-infinity', due_at = '-infinity'`.execute(tx),
  );
}

/** The first client of a database. */
export const ONLY_CLIENT = 1;

export async function addOnlyClient(database: Database): Promise<void> {
  await database.statement((tx) => sql`insert into client (first_name, last_name) values ('A', 'B')`.execute(tx));
}

/** Books one unit for `ONLY_CLIENT`. @returns the reservation's id */
export async function book(database: Database, slotId: Id | undefined): Promise<Id> {
  const command = { clientId: ONLY_CLIENT, slotId: slotId ?? 0, quantity: 1, actor: null };
  return (await database.transaction((tx) => bookSlot(tx, command, POLICY))).reservation_id;
}

export async function cancel(database: Database, reservationId: Id): Promise<void> {
  const command = { reservationId, clientId: ONLY_CLIENT, ownership: UNRESTRICTED, actor: null };
  await database.transaction((tx) => cancelReservation(tx, command));
}

export async function unitsLeftOf(database: Database, slotId: Id | undefined): Promise<number> {
  const { rows } = await database.read((reader) =>
    sql<{ left: number }>`select capacity - claimed as left from slot where id = ${slotId}`.execute(reader),
  );
  return rows[0]?.left ?? Number.NaN;
}
