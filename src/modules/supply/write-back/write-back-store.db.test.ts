import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { eachDatabase, onPostgres } from '../../../../test/support/database/test-database.ts';
import {
  addSupplier,
  POLICY,
  suppliedIds,
  supplyItems,
  upstreamItem,
} from '../../../../test/support/supply/supplied-slots.ts';
import {
  addOnlyClient,
  book,
  cancel,
  endLeases,
  entryOf,
  ONLY_CLIENT,
} from '../../../../test/support/supply/write-back-fixture.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { bookSlot } from '../../reservations/index.ts';
import { acknowledgeBooking, deferWriteBack, parkWriteBack, takeWriteBacks } from './write-back-store.ts';

const LEASE_MS = 30_000;

eachDatabase('write-back queue', (open) => {
  let supplierId: string;
  let slotId: Id | undefined;

  beforeAll(async () => {
    await addOnlyClient(open().database);
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
      await bookSlot(tx, { clientId: ONLY_CLIENT, slotId: slotId ?? 0, quantity: 1, actor: null }, POLICY);
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
    await addOnlyClient(database);
    await addSupplier(database, 'venue');
    // Free, because priced reservations make orders, and orders wait for each other.
    const priced = upstreamItem(7, 5);
    await supplyItems(database, 'venue', [{ ...priced, price: { ...priced.price, final: '0' } }]);
    const slotId = (await suppliedIds(database, 'venue')).get(7) ?? 0;
    const { rows } = await database.statement((tx) =>
      sql<{ id: Id }>`
        select reservation_id as id from hold_slots(array[${slotId}, ${slotId}]::bigint[], array[1, 1]::bigint[],
          array[1, 1], array[null, null]::integer[], '[null, null]', '1 hour', '0', null, null)`.execute(tx),
    );
    const [first, second] = rows.map(({ id }) => id);
    const confirm = (id: Id | undefined) =>
      sql`select confirm_reservations(array[${id}]::bigint[], array[1]::bigint[], null)`;
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
