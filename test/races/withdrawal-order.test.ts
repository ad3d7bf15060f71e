import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { bookSlot } from '../../src/modules/reservations/index.ts';
import { leadSupplier } from '../../src/modules/supply/supplier-lead-store.ts';
import { askForProducts, withdrawSupplier } from '../../src/modules/supply/withdrawal-store.ts';
import type { Tx } from '../../src/platform/db/database.ts';
import { openSecondConnection } from '../support/second-connection.ts';
import { addSupplier, item, suppliedIds, supplyItems } from '../support/supplied-slots.ts';
import { onPostgres } from '../support/test-database.ts';

const POLICY = { holdTtlMs: 1_800_000, minNoticeMs: 0, minNoticeGraceMs: 0, maxHoldMs: 7_200_000 };

onPostgres('a supplier that is configured again, and a booking of it that is cancelled', (open) => {
  let slotId: number;
  let reservationId: number;

  beforeAll(async () => {
    const { database } = open();
    await addSupplier(database, 'venue');
    await supplyItems(database, 'venue', [item('a', 2)]);
    slotId = (await suppliedIds(database, 'venue')).get('a') ?? 0;
    const booked = await database.transaction(async (tx) => {
      const { rows } = await sql<{ id: number }>`
        insert into client (first_name, last_name) values ('A', 'B') returning id`.execute(tx);
      return bookSlot(tx, { clientId: rows[0]?.id ?? 0, slotId, quantity: 1 }, POLICY);
    });
    reservationId = booked.reservation_id;
  });

  /** Who cancels has the slot and then wants the queue entry. @returns how often the other had to begin */
  async function meet(ask: (tx: Tx, epoch: number) => Promise<unknown>): Promise<number> {
    const { database } = open();
    await database.statement((tx) => sql`update supplier set leader_until = '-infinity'`.execute(tx));
    await database.transaction((tx) => withdrawSupplier(tx, 'venue'));
    const epoch = (await database.statement((tx) => leadSupplier(tx, 'venue', randomUUID(), 60_000))) ?? 0;
    await using second = await openSecondConnection(open());
    await second.query('begin');
    await second.query('select from slot where id = $1 for no key update', [slotId]);
    let begun = 0;
    const asked = database.transaction((tx) => {
      begun += 1;
      return ask(tx, epoch);
    });
    await second.untilWaiting(1);
    await second.query('update write_back set reason = reason where reservation_id = $1', [reservationId]);
    await second.query('commit');
    await asked;
    return begun;
  }

  it('do not wait for each other in a ring', async () => {
    const venue = { id: 'venue', products: [] };
    expect(await meet((tx, epoch) => askForProducts(tx, venue, epoch))).toBe(1);
  });

  it('would, were its entries unparked before its slots are locked', async () => {
    const begun = await meet(async (tx) => {
      await sql`update write_back set state = 'waiting' where supplier_id = 'venue'`.execute(tx);
      await sql`select ask_for_parts('venue', '{everything}')`.execute(tx);
    });
    expect(begun).toBe(2);
  });
});
