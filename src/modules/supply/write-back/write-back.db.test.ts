import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eachDatabase, onPostgres } from '../../../../test/support/database/test-database.ts';
import { toUnitClaim, winnersOf } from '../../../../test/support/supply/conflict-rule.ts';
import {
  addSupplier,
  POLICY,
  pullItems,
  suppliedIds,
  supplyItems,
  upstreamItem,
} from '../../../../test/support/supply/supplied-slots.ts';
import { auditWriteBacks } from '../../../../test/support/supply/write-back-audit.ts';
import {
  itemsAdapter,
  openTestFeed,
  openWorker,
  readWriteBacks,
  type StoredWriteBack,
  untilSent,
} from '../../../../test/support/supply/write-back-fixture.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { type RunningSimulator, startSimulator } from '../../../simulator/index.ts';
import { bookSlot, cancelReservation } from '../../reservations/index.ts';
import { type Adapter, SupplierFailure, type UpstreamId } from '../adapters/adapter.ts';
import {
  acknowledgeBooking,
  deferWriteBack,
  parkWriteBack,
  takeWriteBacks,
  unparkWriteBacks,
} from './write-back-store.ts';
import type { WriteBackOptions } from './write-back-worker.ts';

const CLIENT = 1;
const LEASE_MS = 30_000;

async function addClient(database: Database): Promise<void> {
  await database.statement((tx) => sql`insert into client (first_name, last_name) values ('A', 'B')`.execute(tx));
}

async function book(database: Database, slotId: Id | undefined, quantity = 1): Promise<Id> {
  const command = { clientId: CLIENT, slotId: slotId ?? 0, quantity };
  return (await database.transaction((tx) => bookSlot(tx, command, POLICY))).reservation_id;
}

async function cancel(database: Database, reservationId: Id): Promise<void> {
  await database.transaction((tx) => cancelReservation(tx, { reservationId, clientId: CLIENT }, POLICY));
}

async function entryOf(database: Database, reservationId: Id): Promise<StoredWriteBack> {
  const entry = (await readWriteBacks(database)).find((each) => each.reservation_id === reservationId);
  if (!entry) throw new Error(`reservation ${reservationId} has no write-back`);
  return entry;
}

async function unitsLeftOf(database: Database, slotId: Id | undefined): Promise<number> {
  const { rows } = await database.read((reader) =>
    sql<{ left: number }>`select capacity - claimed as left from slot where id = ${slotId}`.execute(reader),
  );
  return rows[0]?.left ?? Number.NaN;
}

async function endLeases(database: Database): Promise<void> {
  await database.statement((tx) =>
    sql`update write_back set leased_until = '-infinity', due_at = '-infinity'`.execute(tx),
  );
}

const never = new AbortController().signal;

eachDatabase('WriteBackWorker', (open) => {
  let simulator: RunningSimulator;
  let supplierId: string;
  let adapter: Adapter;
  let feed: ChangeFeed;
  let ids: Map<UpstreamId, Id>;

  beforeAll(async () => {
    feed = await openTestFeed(open().database);
    await addClient(open().database);
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

eachDatabase('write-back queue', (open) => {
  let supplierId: string;
  let slotId: Id | undefined;

  beforeAll(async () => {
    await addClient(open().database);
  });

  async function supplyItem(units = 5): Promise<Database> {
    const { database } = open();
    supplierId = `venue-${randomUUID().slice(0, 8)}`;
    await addSupplier(database, supplierId);
    await supplyItems(database, supplierId, [upstreamItem(7, units)]);
    slotId = (await suppliedIds(database, supplierId)).get(7);
    return database;
  }

  const take = (database: Database, limit = 10) =>
    database.statement((tx) => takeWriteBacks(tx, supplierId, limit, LEASE_MS));

  it('a booking and its write-back are stored together or not at all', async () => {
    const database = await supplyItem();
    const rolledBack = database.transaction(async (tx) => {
      await bookSlot(tx, { clientId: CLIENT, slotId: slotId ?? 0, quantity: 1 }, POLICY);
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    expect(await take(database)).toEqual([]);
    const reservationId = await book(database, slotId);
    expect(await take(database)).toMatchObject([{ reservationId, desiredState: 'booked', attempts: 1, slot: 7 }]);
    expect(await take(database), 'the entry is under a lease').toEqual([]);
  });

  it('bookings of one slot are sent one after the other, even if the first failed', async () => {
    const database = await supplyItem();
    const first = await book(database, slotId);
    const second = await book(database, slotId);
    const [entry] = await take(database);
    expect(entry?.reservationId).toBe(first);
    if (entry) await database.statement((tx) => deferWriteBack(tx, entry, 60_000, 'it failed'));
    expect(await take(database), 'the second waits for the first').toEqual([]);
    await database.statement((tx) => acknowledgeBooking(tx, first, 'B1'));
    expect(await take(database)).toMatchObject([{ reservationId: second }]);
  });

  it('a worker that lost its lease changes nothing, and a cancellation is due at once', async () => {
    const database = await supplyItem();
    await book(database, slotId);
    const [lost] = await take(database);
    await endLeases(database);
    const [entry] = await take(database);
    if (!lost || !entry) throw new Error('nothing was taken');
    await database.statement((tx) => deferWriteBack(tx, lost, 0, 'too late'));
    await database.statement((tx) => parkWriteBack(tx, lost, 'too late'));
    expect(await take(database)).toEqual([]);
    await cancel(database, entry.reservationId);
    await database.statement((tx) => deferWriteBack(tx, entry, 60_000, 'it failed'));
    expect(await take(database)).toMatchObject([{ desiredState: 'cancelled', wasSent: true, upstreamId: null }]);
  });

  it('a booking whose slot the supplier removed becomes one conflict and is cancelled at the supplier', async () => {
    const database = await supplyItem();
    const reservationId = await book(database, slotId);
    const [entry] = await take(database);
    // Two answers without the slot arrive while the booking is being sent.
    for (const at of ['1 second', '2 seconds']) {
      const { rows } = await database.read((reader) =>
        sql<{ at: string }>`select holdfast_clock() + ${at}::interval as at`.execute(reader),
      );
      await supplyItems(database, supplierId, [], { absence: 'gone', observedAt: rows[0]?.at ?? '' });
    }
    if (entry) await database.statement((tx) => acknowledgeBooking(tx, reservationId, 'B1'));
    expect(await entryOf(database, reservationId)).toMatchObject({
      status: 'conflict',
      refusal: 'the supplier no longer has this slot',
      desired_state: 'cancelled',
      state: 'waiting',
    });
    expect(await take(database)).toMatchObject([{ reservationId, upstreamId: 'B1' }]);
    const { rows } = await database.read((reader) =>
      sql<{ status: string }>`
        select status from reservation_event where reservation_id = ${reservationId} order by id`.execute(reader),
    );
    expect(rows.map(({ status }) => status)).toEqual(['held', 'confirmed', 'conflict']);
  });
});

onPostgres('concurrent confirmations of one slot', (open) => {
  it('confirmations of one slot are decided in the order in which they commit', async () => {
    const { database } = open();
    await addClient(database);
    await addSupplier(database, 'venue');
    // Free, because priced reservations make orders, and orders wait for each other.
    const priced = upstreamItem(7, 5);
    await supplyItems(database, 'venue', [{ ...priced, price: { ...priced.price, final: '0' } }]);
    const slotId = (await suppliedIds(database, 'venue')).get(7) ?? 0;
    const { rows } = await database.statement((tx) =>
      sql<{ id: Id }>`
        select reservation_id as id from hold_slots(array[${slotId}, ${slotId}]::bigint[], array[1, 1]::bigint[],
          array[1, 1], array[null, null]::integer[], '[null, null]', '1 hour', '0')`.execute(tx),
    );
    const [first, second] = rows.map(({ id }) => id);
    const confirm = (id: Id | undefined) =>
      sql`select confirm_reservations(array[${id}]::bigint[], array[1]::bigint[])`;
    let other: Promise<unknown> | undefined;
    await database.transaction(async (tx) => {
      await confirm(second).execute(tx);
      other = database.statement((own) => confirm(first).execute(own));
      await untilTurnIsAwaited(database);
      expect(await database.statement((own) => takeWriteBacks(own, 'venue', 10, LEASE_MS))).toEqual([]);
    });
    await other;
    const taken = await database.statement((tx) => takeWriteBacks(tx, 'venue', 10, LEASE_MS));
    expect(
      taken.map(({ reservationId }) => reservationId),
      'although its id is higher',
    ).toEqual([second]);
  });
});

async function untilTurnIsAwaited(database: Database): Promise<void> {
  for (let checks = 0; checks < 1_000; checks += 1) {
    const { rows } = await database.read((reader) =>
      sql`select pid from pg_locks where locktype = 'advisory' and not granted`.execute(reader),
    );
    if (rows.length > 0) return;
  }
  throw new Error('no session waits for its turn');
}

describe('auditWriteBacks', () => {
  const entry: StoredWriteBack = {
    reservation_id: 4,
    supplier_id: 'venue',
    key: 'k',
    quantity: 1,
    desired_state: 'booked',
    state: 'done',
    reason: null,
    refusal: null,
    status: 'confirmed',
    upstream_id: '9',
    unit_id: '7',
    decided_us: '0',
  };
  const booking = { id: 9, key: 'k', reference: 'holdfast-4', unitId: 7, quantity: 1, cancelled: false };

  it('the audit finds bookings held twice, not held, held after their end, or held by mistake', () => {
    expect(auditWriteBacks([entry], [booking])).toEqual([]);
    expect(auditWriteBacks([entry], [booking, booking])).toHaveLength(1);
    expect(auditWriteBacks([entry], [])).toHaveLength(1);
    expect(auditWriteBacks([{ ...entry, status: 'cancelled' }], [booking])).toHaveLength(1);
    expect(auditWriteBacks([{ ...entry, status: 'conflict', state: 'refused' }], [booking])).toHaveLength(1);
    expect(auditWriteBacks([{ ...entry, state: 'waiting' }], [booking])).toHaveLength(1);
    expect(auditWriteBacks([{ ...entry, state: 'parked' }], [])).toHaveLength(1);
    expect(auditWriteBacks([{ ...entry, unit_id: '"7"' }], [booking])).toHaveLength(1);
    expect(auditWriteBacks([], [booking])).toHaveLength(1);
  });
});
