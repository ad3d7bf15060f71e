import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Adapter } from '../../../src/modules/supply/adapters/adapter.ts';
import { createAdapter } from '../../../src/modules/supply/adapters/create-adapter.ts';
import { countWriteBacks } from '../../../src/modules/supply/write-back/write-back-store.ts';
import { type WriteBackOptions, WriteBackWorker } from '../../../src/modules/supply/write-back/write-back-worker.ts';
import type { ChangeFeed } from '../../../src/platform/db/change-feed.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import { SampledClock } from '../../../src/platform/db/database-clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
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
