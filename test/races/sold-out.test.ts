import { expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import type { Id } from '../../src/platform/ids.ts';
import { problemIn, Recorder, readTables, reservationIn } from '../support/bookings/checker/history.ts';
import { checkHistory } from '../support/bookings/checker/history-checker.ts';
import { dropConstraint, replaceInFunction } from '../support/database/break-function.ts';
import { addClients, addSlots } from '../support/database/seed-tables.ts';
import { onPostgres, openTestDatabase } from '../support/database/test-database.ts';
import { openInstances } from '../support/server/instances.ts';

const BUYERS = 1_000;
const UNITS = 8_000;
/** One hold out of this many is cancelled, so that units become free while other buyers are refused. */
const CANCELLED_EVERY = 20;

/** The sale of one slot. It ends when every unit is confirmed, not when a buyer is refused. */
class Sale {
  readonly recorder = new Recorder();
  readonly #slot: Id;
  #holds = 0;
  confirmed = 0;

  constructor(slot: Id) {
    this.#slot = slot;
  }

  /** Buys one, two or three units at a time, and fewer when not enough are left. */
  async buy(app: HttpServer, client: Id): Promise<void> {
    let quantity = 1 + (client % 3);
    while (this.confirmed < UNITS) {
      const hold = await this.recorder.send(app, { kind: 'hold', client, slot: this.#slot, quantity });
      if (hold.status === 409 && problemIn(hold) === 'slot-taken') {
        quantity = Math.max(quantity - 1, 1);
        continue;
      }
      // Refused under load, without an effect: try again.
      if (hold.status === 503) continue;
      expect(hold.status, hold.text).toBe(201);
      this.#holds += 1;
      const kind = this.#holds % CANCELLED_EVERY === 0 ? 'cancel' : 'confirm';
      const decided = await this.#untilServed(app, { kind, client, reservation: reservationIn(hold) });
      expect(decided.status, decided.text).toBe(200);
      if (kind === 'confirm') this.confirmed += quantity;
    }
  }

  async #untilServed(app: HttpServer, action: Parameters<typeof this.recorder.send>[1]) {
    for (;;) {
      const answer = await this.recorder.send(app, action);
      if (answer.status !== 503) return answer;
    }
  }
}

onPostgres('1,000 buyers on three instances', (open) => {
  it('1,000 buyers of 8,000 units buy exactly 8,000, and their history breaks no invariant', async () => {
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

onPostgres('the check of a recorded sale', () => {
  /** Holds one after another of a slot with three units. @returns the broken invariants */
  async function brokenBy(breakGuards: (database: Database) => Promise<void>, quantities: number[]): Promise<string[]> {
    await using test = await openTestDatabase('postgres');
    await breakGuards(test.database);
    await using instances = await openInstances(test, 1);
    const [slot = 0] = await addSlots(test.database, 1, 3);
    const [client = 0] = await addClients(test.database, 1);
    const recorder = new Recorder();
    for (const quantity of quantities) await recorder.send(instances.at(0), { kind: 'hold', client, slot, quantity });
    const violations = checkHistory(recorder.exchanges, await readTables(test.database));
    return violations.map((violation) => violation.invariant);
  }

  it('the check finds nothing in a correct sale', async () => {
    expect(await brokenBy(async () => {}, [2, 2, 1, 1])).toEqual([]);
  });

  it('the check finds a unit that cannot be held', async () => {
    const withhold = (database: Database) =>
      replaceInFunction(database, 'hold_slots', 'v_free < v_request.quantity', 'v_free <= v_request.quantity');
    expect(await brokenBy(withhold, [1, 1, 1])).toEqual(['no false refusal']);
  });

  it('the check finds a unit that was sold twice', async () => {
    const oversell = async (database: Database) => {
      await replaceInFunction(database, 'hold_slots', 'v_free < v_request.quantity', 'v_free < v_request.quantity - 1');
      await dropConstraint(database, 'slot', 'slot_never_oversold');
    };
    expect(await brokenBy(oversell, [2, 2])).toEqual(['never oversold']);
  });
});
