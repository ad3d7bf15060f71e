import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { acquireLease } from '../../src/modules/supply/sync/leader-lease-store.ts';
import { askForProducts, withdrawSupplier } from '../../src/modules/supply/sync/withdrawal-store.ts';
import type { Tx } from '../../src/platform/db/database.ts';
import { openSecondConnection } from '../support/database/second-connection.ts';
import { onPostgres } from '../support/database/test-database.ts';
import { addSupplier, bookSupplied, item, suppliedIds, supplyItems } from '../support/supply/supplied-slots.ts';

const DEADLOCK_DETECTED = '40P01';

onPostgres('a supplier that is configured again, and a booking of it that is cancelled', (open) => {
  let slotId: number;
  let reservationId: number;

  beforeAll(async () => {
    const { database } = open();
    await addSupplier(database, 'venue');
    await supplyItems(database, 'venue', [item('a', 2)]);
    slotId = (await suppliedIds(database, 'venue')).get('a') ?? 0;
    reservationId = await bookSupplied(database, slotId);
  });

  /**
   * Who cancels has the slot and then wants the queue entry.
   *
   * @returns whether PostgreSQL had to end one of the two, whichever it chose: ours then begins again by itself
   */
  async function meetInRing(ask: (tx: Tx, epoch: number) => Promise<unknown>): Promise<boolean> {
    const { database } = open();
    await database.statement((tx) => sql`update supplier set leader_until = '-infinity'`.execute(tx));
    await database.transaction((tx) => withdrawSupplier(tx, 'venue'));
    const epoch = (await database.statement((tx) => acquireLease(tx, 'venue', randomUUID(), 60_000))) ?? 0;
    await using second = await openSecondConnection(open());
    await second.query('begin');
    await second.query('select from slot where id = $1 for no key update', [slotId]);
    let begun = 0;
    const asked = database.transaction((tx) => {
      begun += 1;
      return ask(tx, epoch);
    });
    await second.untilWaiting(1);
    const canceller = second.query('update write_back set reason = reason where reservation_id = $1', [reservationId]);
    const wasEnded = await canceller.then(
      () => false,
      (error) => {
        if (error.code !== DEADLOCK_DETECTED) throw error;
        return true;
      },
    );
    await second.query('commit');
    await asked;
    return wasEnded || begun > 1;
  }

  it('do not wait for each other in a ring', async () => {
    const venue = { id: 'venue', products: [] };
    expect(await meetInRing((tx, epoch) => askForProducts(tx, venue, epoch))).toBe(false);
  });

  it('would, were its entries unparked before its slots are locked', async () => {
    const wasRing = await meetInRing(async (tx) => {
      await sql`update write_back set state = 'waiting' where supplier_id = 'venue'`.execute(tx);
      await sql`select ask_for_parts('venue', '{everything}')`.execute(tx);
    });
    expect(wasRing).toBe(true);
  });
});
