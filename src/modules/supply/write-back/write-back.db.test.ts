import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eachDatabase, onPostgres } from '../../../../test/support/database/test-database.ts';
import {
  addSupplier,
  item,
  POLICY,
  pullItems,
  suppliedIds,
  supplyItems,
} from '../../../../test/support/supply/supplied-slots.ts';
import { auditWriteBacks } from '../../../../test/support/supply/write-back-audit.ts';
import {
  itemsAdapter,
  openTestFeed,
  openWorker,
  readWriteBacks,
  type StoredWriteBack,
  untilTold,
} from '../../../../test/support/supply/write-back-fixture.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { type RunningSimulator, startSimulator } from '../../../simulator/index.ts';
import { bookSlot, cancelReservation } from '../../reservations/index.ts';
import { type Adapter, SupplierFailure, type UpstreamId } from '../adapters/adapter.ts';
import { settle } from './retry-policy.ts';
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
  if (!entry) throw new Error(`reservation ${reservationId} is in no queue`);
  return entry;
}

async function leftOf(database: Database, slotId: Id | undefined): Promise<number> {
  const { rows } = await database.read((reader) =>
    sql<{ left_over: number }>`select capacity - claimed as left_over from slot where id = ${slotId}`.execute(reader),
  );
  return rows[0]?.left_over ?? Number.NaN;
}

async function endLeases(database: Database): Promise<void> {
  await database.statement((tx) =>
    sql`update write_back set leased_until = '-infinity', due_at = '-infinity'`.execute(tx),
  );
}

const CALLED = new AbortController().signal;

eachDatabase('write-back to a supplier that loses answers', (open) => {
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

  /** An item of ours of which at least `places` are left. */
  async function someItem(places = 1): Promise<{ slotId: Id; unitId: UpstreamId }> {
    for (const [unitId, slotId] of ids)
      if ((await leftOf(open().database, slotId)) >= places) return { slotId, unitId };
    throw new Error('everything is sold out');
  }

  async function work(as: Adapter = adapter, options?: Partial<WriteBackOptions>): Promise<void> {
    const { database } = open();
    await using _worker = openWorker(database, feed, { [supplierId]: as }, options);
    await untilTold(database, [supplierId]);
  }

  async function audit(): Promise<string[]> {
    const stored = await readWriteBacks(open().database);
    const ours = stored.filter((entry) => entry.supplier_id === supplierId);
    return auditWriteBacks(ours, simulator.bookings());
  }

  async function settled(): Promise<string[]> {
    await work();
    return audit();
  }

  const take = (database: Database) =>
    database.statement((tx) => takeWriteBacks(tx, supplierId, 1, LEASE_MS)).then(([entry]) => entry);

  /** Where a process may die while it works on an entry; what it leaves is a lease that ends. */
  const DEATHS = {
    'before it took the entry': async () => {},
    'before it sent the booking': async (database: Database) => {
      await take(database);
    },
    'before it wrote down the answer': async (database: Database) => {
      const entry = await take(database);
      if (entry?.wanted === 'booked')
        await adapter.book({ ...entry, reference: `holdfast-${entry.reservationId}` }, CALLED);
    },
    'after it wrote down the answer': async (database: Database) => {
      const entry = await take(database);
      if (entry?.wanted !== 'booked') return;
      const answer = await adapter.book({ ...entry, reference: `holdfast-${entry.reservationId}` }, CALLED);
      if (answer.kind === 'booked')
        await database.statement((tx) => acknowledgeBooking(tx, entry.reservationId, answer.id));
    },
    'after it cancelled, before it wrote that down': async (database: Database) => {
      await DEATHS['after it wrote down the answer'](database);
      const entry = await take(database);
      if (entry?.upstreamId != null) await adapter.cancel(entry.upstreamId, CALLED);
    },
  };

  for (const [point, die] of Object.entries(DEATHS)) {
    for (const cancelled of ['never', 'before', 'after'] as const) {
      it(`comes out right when a process dies ${point}, cancelled ${cancelled}`, async () => {
        const { database } = open();
        const reservationId = await book(database, (await someItem()).slotId);
        if (cancelled === 'before') await cancel(database, reservationId);
        await die(database);
        if (cancelled === 'after') await cancel(database, reservationId);
        await endLeases(database);
        expect(await settled()).toEqual([]);
        const { status, state } = await entryOf(database, reservationId);
        expect([status, state]).toEqual([cancelled === 'never' ? 'confirmed' : 'cancelled', 'done']);
      });
    }
  }

  it('sends at once, and again after every kind of failure', async () => {
    const { database } = open();
    simulator.setFaults({
      'error-before': { probability: 0.3 },
      'error-after': { probability: 0.3 },
      'lost-acknowledgement': { probability: 0.3 },
    });
    const booked: Id[] = [];
    for (let count = 0; count < 12; count += 1) booked.push(await book(database, (await someItem()).slotId));
    for (const reservationId of booked.slice(0, 5)) await cancel(database, reservationId);
    expect(await settled()).toEqual([]);
    simulator.setFaults({});
    for (const reservationId of booked.slice(5)) expect((await entryOf(database, reservationId)).state).toBe('done');
  });

  it('is found out if each attempt has a key of its own', async () => {
    const { database } = open();
    const reckless: Adapter = {
      ...adapter,
      book: (order, signal) => adapter.book({ ...order, key: randomUUID() }, signal),
    };
    await book(database, (await someItem()).slotId);
    simulator.setFaults({ 'lost-acknowledgement': { next: 1 } });
    await work(reckless);
    expect(await audit()).toEqual([expect.stringContaining('is held 2 times')]);
  });

  it('keeps a unit that was cancelled from sale until a pull has it', async () => {
    const { database } = open();
    const { slotId } = await someItem();
    const before = await leftOf(database, slotId);
    const reservationId = await book(database, slotId);
    expect(await settled()).toEqual([]);
    await pullItems(database, supplierId, adapter);
    expect(await leftOf(database, slotId)).toBe(before - 1);
    await cancel(database, reservationId);
    expect(await leftOf(database, slotId), 'the supplier still holds it').toBe(before - 1);
    expect(await settled()).toEqual([]);
    expect(await leftOf(database, slotId), 'no pull has said so').toBe(before - 1);
    await pullItems(database, supplierId, adapter);
    expect(await leftOf(database, slotId)).toBe(before);
  });

  it('keeps a unit from sale that was cancelled while the supplier may hold it, and no longer', async () => {
    const { database } = open();
    const { slotId } = await someItem();
    const before = await leftOf(database, slotId);
    const reservationId = await book(database, slotId);
    await DEATHS['before it wrote down the answer'](database);
    await cancel(database, reservationId);
    expect(await leftOf(database, slotId)).toBe(before - 1);
    await endLeases(database);
    expect(await settled()).toEqual([]);
    expect(await leftOf(database, slotId)).toBe(before);
  });

  it('makes a conflict of what the supplier sold to somebody else, and tells who asks', async () => {
    const { database } = open();
    const { slotId, unitId } = await someItem(2);
    const left = await leftOf(database, slotId);
    expect(simulator.sell(unitId, left - 1), 'a rival comes first').toBe(true);
    const first = await book(database, slotId);
    const second = await book(database, slotId);
    expect(await settled()).toEqual([]);
    expect(await entryOf(database, first)).toMatchObject({ status: 'confirmed', state: 'done' });
    expect(await entryOf(database, second)).toMatchObject({
      status: 'conflict',
      state: 'refused',
      refusal: expect.stringContaining('409'),
    });
    expect(await leftOf(database, slotId), 'it is known to be sold out now').toBeLessThanOrEqual(0);
    const claims = (await readWriteBacks(database))
      .filter((each) => each.reservation_id === first || each.reservation_id === second)
      .map((each) => ({ id: each.reservation_id, decidedAt: BigInt(each.decided_us), quantity: each.quantity }));
    expect(settle(claims, 1)).toEqual([first]);
  });

  it('makes one conflict of a unit that vanished, whether it had been told or not', async () => {
    const { database } = open();
    const { slotId, unitId } = await someItem(2);
    const told = await book(database, slotId);
    expect(await settled()).toEqual([]);
    simulator.vanish(unitId);
    const untold = await book(database, slotId);
    expect(await settled()).toEqual([]);
    expect(await entryOf(database, told)).toMatchObject({ status: 'confirmed', state: 'done' });
    expect(await entryOf(database, untold)).toMatchObject({ status: 'conflict', state: 'refused' });
  });

  it('parks what the supplier calls wrong, with its words, until a person has it tried again', async () => {
    const { database } = open();
    const wrong: Adapter = { ...adapter, book: async () => ({ kind: 'rejected', reason: 'answered 400: no' }) };
    const reservationId = await book(database, (await someItem()).slotId);
    await work(wrong);
    expect(await entryOf(database, reservationId)).toMatchObject({
      state: 'parked',
      reason: 'rejected: answered 400: no',
    });
    expect(await database.transaction((tx) => unparkWriteBacks(tx, ['another']))).toBe(0);
    expect(await database.transaction((tx) => unparkWriteBacks(tx, [supplierId]))).toBe(1);
    expect(await settled()).toEqual([]);
    expect((await entryOf(database, reservationId)).state).toBe('done');
  });

  it('parks what has failed too often, and cancels it all the same when it is cancelled then', async () => {
    const { database } = open();
    const away: Adapter = {
      ...adapter,
      book: () => Promise.reject(new SupplierFailure('POST failed with ECONNREFUSED')),
    };
    const reservationId = await book(database, (await someItem()).slotId);
    await work(away, { retry: { baseMs: 1, capMs: 1, maxAttempts: 3 } });
    expect((await entryOf(database, reservationId)).reason).toBe(
      '3 attempts failed; the last: POST failed with ECONNREFUSED',
    );
    await cancel(database, reservationId);
    expect(await settled()).toEqual([]);
    expect((await entryOf(database, reservationId)).state).toBe('done');
  });
});

eachDatabase('the write-back queue', (open) => {
  let supplierId: string;
  let slotId: Id | undefined;

  beforeAll(async () => {
    await addClient(open().database);
  });

  async function supply(places = 5): Promise<Database> {
    const { database } = open();
    supplierId = `venue-${randomUUID().slice(0, 8)}`;
    await addSupplier(database, supplierId);
    await supplyItems(database, supplierId, [item(7, places)]);
    slotId = (await suppliedIds(database, supplierId)).get(7);
    return database;
  }

  const take = (database: Database, limit = 10) =>
    database.statement((tx) => takeWriteBacks(tx, supplierId, limit, LEASE_MS));

  it('gets its entry with the booking or not at all', async () => {
    const database = await supply();
    const undone = database.transaction(async (tx) => {
      await bookSlot(tx, { clientId: CLIENT, slotId: slotId ?? 0, quantity: 1 }, POLICY);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await take(database)).toEqual([]);
    const reservationId = await book(database, slotId);
    expect(await take(database)).toMatchObject([{ reservationId, wanted: 'booked', attempts: 1, slot: 7 }]);
    expect(await take(database), 'it is leased').toEqual([]);
  });

  it('lets bookings of one slot go one after the other, whichever failed', async () => {
    const database = await supply();
    const first = await book(database, slotId);
    const second = await book(database, slotId);
    const [entry] = await take(database);
    expect(entry?.reservationId).toBe(first);
    if (entry) await database.statement((tx) => deferWriteBack(tx, entry, 60_000, 'it failed'));
    expect(await take(database), 'the second waits for the first').toEqual([]);
    await database.statement((tx) => acknowledgeBooking(tx, first, 'B1'));
    expect(await take(database)).toMatchObject([{ reservationId: second }]);
  });

  it('takes back nothing for who lost the lease, and has a cancellation due at once', async () => {
    const database = await supply();
    await book(database, slotId);
    const [late] = await take(database);
    await endLeases(database);
    const [entry] = await take(database);
    if (!late || !entry) throw new Error('nothing was taken');
    await database.statement((tx) => deferWriteBack(tx, late, 0, 'too late'));
    await database.statement((tx) => parkWriteBack(tx, late, 'too late'));
    expect(await take(database)).toEqual([]);
    await cancel(database, entry.reservationId);
    await database.statement((tx) => deferWriteBack(tx, entry, 60_000, 'it failed'));
    expect(await take(database)).toMatchObject([{ wanted: 'cancelled', wasSent: true, upstreamId: null }]);
  });

  it('keeps what the supplier no longer lists as one conflict, and takes it back from the supplier', async () => {
    const database = await supply();
    const reservationId = await book(database, slotId);
    const [entry] = await take(database);
    // The answer that it is gone comes while the booking is under way, and is told twice.
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
      wanted: 'cancelled',
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

onPostgres('confirmations of one slot', (open) => {
  it('have their turns in the order they commit in, so that none is overtaken', async () => {
    const { database } = open();
    await addClient(database);
    await addSupplier(database, 'venue');
    // Free, as what costs something makes an order, and orders wait for each other.
    await supplyItems(database, 'venue', [{ ...item(7, 5), price: { ...item(7, 5).price, final: '0' } }]);
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
      await untilSomebodyWaits(database);
      expect(await database.statement((own) => takeWriteBacks(own, 'venue', 10, LEASE_MS))).toEqual([]);
    });
    await other;
    const taken = await database.statement((tx) => takeWriteBacks(tx, 'venue', 10, LEASE_MS));
    expect(
      taken.map(({ reservationId }) => reservationId),
      'though its id is higher',
    ).toEqual([second]);
  });
});

async function untilSomebodyWaits(database: Database): Promise<void> {
  for (let asked = 0; asked < 1_000; asked += 1) {
    const { rows } = await database.read((reader) =>
      sql`select pid from pg_locks where locktype = 'advisory' and not granted`.execute(reader),
    );
    if (rows.length > 0) return;
  }
  throw new Error('nobody waits for a turn');
}

describe('the audit', () => {
  const entry: StoredWriteBack = {
    reservation_id: 4,
    supplier_id: 'venue',
    key: 'k',
    quantity: 1,
    wanted: 'booked',
    state: 'done',
    reason: null,
    refusal: null,
    status: 'confirmed',
    upstream_id: '9',
    unit_id: '7',
    decided_us: '0',
  };
  const booking = { id: 9, key: 'k', reference: 'holdfast-4', unitId: 7, quantity: 1, cancelled: false };

  it('finds what is held twice, not at all, though it ended, or by mistake', () => {
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
