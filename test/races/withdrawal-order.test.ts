import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { acquireLease } from '../../src/modules/supply/leader/leader-lease-store.ts';
import { offerProducts, withdrawSupplier } from '../../src/modules/supply/leader/withdrawal-store.ts';
import type { Tx } from '../../src/platform/db/database.ts';
import { openSecondConnection } from '../support/database/second-connection.ts';
import { onPostgres } from '../support/database/test-database.ts';
import { addSupplier, bookSupplied, suppliedIds, supplyItems, upstreamItem } from '../support/supply/supplied-slots.ts';

const DEADLOCK_DETECTED = '40P01';

onPostgres('lock order of withdrawal and cancellation', (open) => {
  let slotId: number;
  let reservationId: number;

  beforeAll(async () => {
    const { database } = open();
    await addSupplier(database, 'venue');
    await supplyItems(database, 'venue', [upstreamItem('a', 2)]);
    slotId = (await suppliedIds(database, 'venue')).get('a') ?? 0;
    reservationId = await bookSupplied(database, slotId);
  });

  /**
   * Runs `restore`, which puts a supplier back on sale, against a session that locks as a cancellation does: first the
   * slot and then the write-back.
   *
   * @returns whether PostgreSQL detected a deadlock. It may end either of the two; `transaction` then starts again
   */
  async function deadlocks(restore: (tx: Tx, epoch: number) => Promise<unknown>): Promise<boolean> {
    const { database } = open();
    await database.statement((tx) => sql`update supplier set lease_until = '-infinity'`.execute(tx));
    await database.transaction((tx) => withdrawSupplier(tx, 'venue'));
    const epoch = (await database.statement((tx) => acquireLease(tx, 'venue', randomUUID(), 60_000))) ?? 0;
    await using second = await openSecondConnection(open());
    await second.query('begin');
    await second.query('select from slot where id = $1 for no key update', [slotId]);
    let attempts = 0;
    const restored = database.transaction((tx) => {
      attempts += 1;
      return restore(tx, epoch);
    });
    await second.untilWaiting(1);
    const cancellation = second.query('update write_back set reason = reason where reservation_id = $1', [
      reservationId,
    ]);
    const wasEnded = await cancellation.then(
      () => false,
      (error) => {
        if (error.code !== DEADLOCK_DETECTED) throw error;
        return true;
      },
    );
    await second.query('commit');
    await restored;
    return wasEnded || attempts > 1;
  }

  it('a supplier that is configured again and a cancellation of its booking do not deadlock', async () => {
    const venue = { id: 'venue', products: [] };
    expect(await deadlocks((tx, epoch) => offerProducts(tx, venue, epoch))).toBe(false);
  });

  it('control: a restored supplier and a cancellation deadlock if write-backs are unparked before slots are locked', async () => {
    const didDeadlock = await deadlocks(async (tx) => {
      await sql`update write_back set state = 'waiting' where supplier_id = 'venue'`.execute(tx);
      await sql`select set_offered_products('venue', '{}', true, '1 day')`.execute(tx);
    });
    expect(didDeadlock).toBe(true);
  });
});
