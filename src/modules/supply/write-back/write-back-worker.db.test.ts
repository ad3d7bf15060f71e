import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { toUnitClaim, winnersOf } from '../../../../test/support/supply/conflict-rule.ts';
import { addSupplier, pullItems, suppliedIds } from '../../../../test/support/supply/supplied-slots.ts';
import { auditWriteBacks } from '../../../../test/support/supply/write-back-audit.ts';
import {
  addOnlyClient,
  book,
  cancel,
  endLeases,
  entryOf,
  itemsAdapter,
  openTestFeed,
  openWorker,
  readWriteBacks,
  unitsLeftOf,
  untilSent,
} from '../../../../test/support/supply/write-back-fixture.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { type RunningSimulator, startSimulator } from '../../../simulator/index.ts';
import { type Adapter, SupplierFailure, type UpstreamId } from '../adapters/adapter.ts';
import { acknowledgeBooking, takeWriteBacks, unparkWriteBacks } from './write-back-store.ts';
import type { WriteBackOptions } from './write-back-worker.ts';

const LEASE_MS = 30_000;
const never = new AbortController().signal;

eachDatabase('WriteBackWorker', (open) => {
  let simulator: RunningSimulator;
  let supplierId: string;
  let adapter: Adapter;
  let feed: ChangeFeed;
  let ids: Map<UpstreamId, Id>;

  beforeAll(async () => {
    feed = await openTestFeed(open().database);
    await addOnlyClient(open().database);
  });
  beforeEach(async () => {
    const { database } = open();
    simulator = await startSimulator({ kind: 'snapshot' });
    adapter = itemsAdapter(simulator.url);
    supplierId = `venue-${randomUUID().slice(0, 8)}`;
    await addSupplier(database, supplierId);
    await pullItems(database, supplierId, adapter);
    ids = await suppliedIds(database, supplierId);
  });
  afterEach(() => simulator[Symbol.asyncDispose]());

  /** An item with at least `units` units left. */
  async function someItem(units = 1): Promise<{ slotId: Id; unitId: UpstreamId }> {
    for (const [unitId, slotId] of ids)
      if ((await unitsLeftOf(open().database, slotId)) >= units) return { slotId, unitId };
    throw new Error('every item is sold out');
  }

  async function sendAll(by: Adapter = adapter, options?: Partial<WriteBackOptions>): Promise<void> {
    const { database } = open();
    await using _worker = openWorker(database, feed, { [supplierId]: by }, options);
    await untilSent(database, [supplierId]);
  }

  async function audit(): Promise<string[]> {
    const stored = await readWriteBacks(open().database);
    const ours = stored.filter((entry) => entry.supplier_id === supplierId);
    return auditWriteBacks(ours, simulator.bookings());
  }

  /** Sends all write-backs. @returns the differences from the supplier's bookings */
  async function sendAndAudit(): Promise<string[]> {
    await sendAll();
    return audit();
  }

  const take = (database: Database) =>
    database.statement((tx) => takeWriteBacks(tx, supplierId, 1, LEASE_MS)).then(([entry]) => entry);

  /** The points at which a process can die during an attempt. Each leaves behind only a lease that ends. */
  const DEATHS = {
    'before it took the entry': async () => {},
    'before it sent the booking': async (database: Database) => {
      await take(database);
    },
    'before it stored the answer': async (database: Database) => {
      const entry = await take(database);
      if (entry?.desiredState === 'booked')
        await adapter.book({ ...entry, reference: `holdfast-${entry.reservationId}` }, never);
    },
    'after it stored the answer': async (database: Database) => {
      const entry = await take(database);
      if (entry?.desiredState !== 'booked') return;
      const answer = await adapter.book({ ...entry, reference: `holdfast-${entry.reservationId}` }, never);
      if (answer.kind === 'booked')
        await database.statement((tx) => acknowledgeBooking(tx, entry.reservationId, answer.id));
    },
    'after it cancelled and before it stored that': async (database: Database) => {
      await DEATHS['after it stored the answer'](database);
      const entry = await take(database);
      if (entry?.upstreamId != null) await adapter.cancel(entry.upstreamId, never);
    },
  };

  const CANCELLED = {
    never: 'the client never cancels',
    before: 'the client has cancelled before',
    after: 'the client cancels afterwards',
  };

  for (const [point, die] of Object.entries(DEATHS)) {
    for (const cancelled of ['never', 'before', 'after'] as const) {
      it(`a booking is settled when a process dies ${point} and ${CANCELLED[cancelled]}`, async () => {
        const { database } = open();
        const reservationId = await book(database, (await someItem()).slotId);
        if (cancelled === 'before') await cancel(database, reservationId);
        await die(database);
        if (cancelled === 'after') await cancel(database, reservationId);
        await endLeases(database);
        expect(await sendAndAudit()).toEqual([]);
        const { status, state } = await entryOf(database, reservationId);
        expect([status, state]).toEqual([cancelled === 'never' ? 'confirmed' : 'cancelled', 'done']);
      });
    }
  }

  it('bookings and cancellations are settled through every kind of failure', async () => {
    const { database } = open();
    simulator.setFaults({
      'error-before': { probability: 0.3 },
      'error-after': { probability: 0.3 },
      'lost-acknowledgement': { probability: 0.3 },
    });
    const booked: Id[] = [];
    for (let count = 0; count < 12; count += 1) booked.push(await book(database, (await someItem()).slotId));
    for (const reservationId of booked.slice(0, 5)) await cancel(database, reservationId);
    expect(await sendAndAudit()).toEqual([]);
    simulator.setFaults({});
    for (const reservationId of booked.slice(5)) expect((await entryOf(database, reservationId)).state).toBe('done');
  });

  it('control: the audit finds a booking that is held twice if each attempt has its own key', async () => {
    const { database } = open();
    const withNewKeys: Adapter = {
      ...adapter,
      book: (request, signal) => adapter.book({ ...request, key: randomUUID() }, signal),
    };
    await book(database, (await someItem()).slotId);
    simulator.setFaults({ 'lost-acknowledgement': { next: 1 } });
    await sendAll(withNewKeys);
    expect(await audit()).toEqual([expect.stringContaining('is held 2 times')]);
  });

  it('a cancelled unit that the supplier had counted is on sale again after the next pull', async () => {
    const { database } = open();
    const { slotId } = await someItem();
    const before = await unitsLeftOf(database, slotId);
    const reservationId = await book(database, slotId);
    expect(await sendAndAudit()).toEqual([]);
    await pullItems(database, supplierId, adapter);
    expect(await unitsLeftOf(database, slotId)).toBe(before - 1);
    await cancel(database, reservationId);
    expect(await unitsLeftOf(database, slotId), 'the supplier still holds it').toBe(before - 1);
    expect(await sendAndAudit()).toEqual([]);
    expect(await unitsLeftOf(database, slotId), 'no pull has shown it').toBe(before - 1);
    await pullItems(database, supplierId, adapter);
    expect(await unitsLeftOf(database, slotId)).toBe(before);
  });

  it('a cancelled unit that the supplier may hold is on sale again once the supplier has cancelled it', async () => {
    const { database } = open();
    const { slotId } = await someItem();
    const before = await unitsLeftOf(database, slotId);
    const reservationId = await book(database, slotId);
    await DEATHS['before it stored the answer'](database);
    await cancel(database, reservationId);
    expect(await unitsLeftOf(database, slotId)).toBe(before - 1);
    await endLeases(database);
    expect(await sendAndAudit()).toEqual([]);
    expect(await unitsLeftOf(database, slotId)).toBe(before);
  });

  it('a booking of a unit that the supplier sold to another buyer becomes a conflict', async () => {
    const { database } = open();
    const { slotId, unitId } = await someItem(2);
    const left = await unitsLeftOf(database, slotId);
    expect(simulator.sell(unitId, left - 1), 'another buyer takes all but one unit').toBe(true);
    const first = await book(database, slotId);
    const second = await book(database, slotId);
    expect(await sendAndAudit()).toEqual([]);
    expect(await entryOf(database, first)).toMatchObject({ status: 'confirmed', state: 'done' });
    expect(await entryOf(database, second)).toMatchObject({
      status: 'conflict',
      state: 'refused',
      refusal: expect.stringContaining('409'),
    });
    expect(await unitsLeftOf(database, slotId), 'the refusal shows that it is sold out').toBeLessThanOrEqual(0);
    const claims = (await readWriteBacks(database))
      .filter((each) => each.reservation_id === first || each.reservation_id === second)
      .map(toUnitClaim);
    expect(winnersOf(claims, 1)).toEqual([first]);
  });

  it('a booking of a unit that vanished becomes a conflict if it was not sent, and stays confirmed if it was', async () => {
    const { database } = open();
    const { slotId, unitId } = await someItem(2);
    const sent = await book(database, slotId);
    expect(await sendAndAudit()).toEqual([]);
    simulator.vanish(unitId);
    const unsent = await book(database, slotId);
    expect(await sendAndAudit()).toEqual([]);
    expect(await entryOf(database, sent)).toMatchObject({ status: 'confirmed', state: 'done' });
    expect(await entryOf(database, unsent)).toMatchObject({ status: 'conflict', state: 'refused' });
  });

  it('a rejected booking is parked with the supplier’s answer until it is unparked', async () => {
    const { database } = open();
    const rejecting: Adapter = { ...adapter, book: async () => ({ kind: 'rejected', reason: 'answered 400: no' }) };
    const reservationId = await book(database, (await someItem()).slotId);
    await sendAll(rejecting);
    expect(await entryOf(database, reservationId)).toMatchObject({
      state: 'parked',
      reason: 'rejected: answered 400: no',
    });
    expect(await database.transaction((tx) => unparkWriteBacks(tx, ['another']))).toBe(0);
    expect(await database.transaction((tx) => unparkWriteBacks(tx, [supplierId]))).toBe(1);
    expect(await sendAndAudit()).toEqual([]);
    expect((await entryOf(database, reservationId)).state).toBe('done');
  });

  it('a booking that failed too often is parked, and a later cancellation is still sent', async () => {
    const { database } = open();
    const unreachable: Adapter = {
      ...adapter,
      book: () => Promise.reject(new SupplierFailure('POST failed with ECONNREFUSED')),
    };
    const reservationId = await book(database, (await someItem()).slotId);
    await sendAll(unreachable, { retry: { baseMs: 1, capMs: 1, maxAttempts: 3 } });
    expect((await entryOf(database, reservationId)).reason).toBe(
      '3 attempts failed; the last: POST failed with ECONNREFUSED',
    );
    await cancel(database, reservationId);
    expect(await sendAndAudit()).toEqual([]);
    expect((await entryOf(database, reservationId)).state).toBe('done');
  });
});
