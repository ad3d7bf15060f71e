import { expect, it } from 'vitest';
import type { HttpServer } from '../../src/platform/http/server.ts';
import type { Id } from '../../src/platform/ids.ts';
import { problemIn, Recorder, readTables, reservationIn } from '../support/history.ts';
import { checkHistory } from '../support/history-checker.ts';
import { openInstances } from '../support/instances.ts';
import { addClients, addSlots } from '../support/seed-tables.ts';
import { onPostgres } from '../support/test-database.ts';

const BUYERS = 1_000;
const UNITS = 8_000;
/** Every so manieth hold is thought better of, so that units come back while others are being refused. */
const GIVEN_BACK_EVERY = 20;

/** One slot's sale; it is over when every unit is confirmed, and not because somebody was refused. */
class Sale {
  readonly recorder = new Recorder();
  readonly #slot: Id;
  #holds = 0;
  confirmed = 0;

  constructor(slot: Id) {
    this.#slot = slot;
  }

  /** Wants one, two or three at a time, and takes fewer when there are not that many. */
  async buy(app: HttpServer, client: Id): Promise<void> {
    let quantity = 1 + (client % 3);
    while (this.confirmed < UNITS) {
      const hold = await this.recorder.send(app, { kind: 'hold', client, slot: this.#slot, quantity });
      if (hold.status === 409 && problemIn(hold) === 'slot-taken') {
        quantity = Math.max(quantity - 1, 1);
        continue;
      }
      expect(hold.status, hold.text).toBe(201);
      this.#holds += 1;
      const kind = this.#holds % GIVEN_BACK_EVERY === 0 ? 'cancel' : 'confirm';
      const decided = await this.recorder.send(app, { kind, client, reservation: reservationIn(hold) });
      expect(decided.status, decided.text).toBe(200);
      if (kind === 'confirm') this.confirmed += quantity;
    }
  }
}

onPostgres('1,000 buyers of 8,000 units on three instances', (open) => {
  it('buy exactly 8,000, and the record of it breaks no invariant', async () => {
    const { database } = open();
    await using instances = await openInstances(open(), 3);
    const [slot = 0] = await addSlots(database, 1, UNITS);
    const clients = await addClients(database, BUYERS);
    const sale = new Sale(slot);
    await Promise.all(clients.map((client, index) => sale.buy(instances.at(index), client)));
    const tables = await readTables(database);
    const confirmed = tables.reservations.filter((row) => row.status === 'confirmed');
    expect(confirmed.reduce((sum, row) => sum + row.quantity, 0)).toBe(UNITS);
    expect(sale.confirmed).toBe(UNITS);
    expect(checkHistory(sale.recorder.exchanges, tables)).toEqual([]);
    expect(sale.recorder.exchanges.filter((each) => each.status === 409).length).toBeGreaterThan(0);
  });
});
