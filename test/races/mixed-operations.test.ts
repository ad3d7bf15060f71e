import { expect, it } from 'vitest';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import type { Id } from '../../src/platform/ids.ts';
import { readTables } from '../support/bookings/checker/history.ts';
import { checkTables } from '../support/bookings/checker/table-checker.ts';
import { openSecondConnection } from '../support/database/second-connection.ts';
import { addClients, nth } from '../support/database/seed-tables.ts';
import { onPostgres, type TestDatabase } from '../support/database/test-database.ts';
import { type Instances, ONE_BY_ONE, openInstances } from '../support/server/instances.ts';
import { type Answered, ask } from '../support/server/test-app.ts';

const CALLERS = 32;
const REQUESTS_OF_EACH = 20;

/** Clients that all want the slots of two providers, four each, and change the latest reservations. */
class Crowd {
  readonly answers: Answered[] = [];
  readonly #test: TestDatabase;
  readonly #instances: Instances;
  readonly #clients: readonly Id[];
  /** The slots that each provider offers now. */
  readonly #slots = new Map<Id, readonly Id[]>();
  readonly #reservations: { id: Id; client: Id }[] = [];

  constructor(test: TestDatabase, instances: Instances, clients: readonly Id[]) {
    this.#test = test;
    this.#instances = instances;
    this.#clients = clients;
  }

  async open(): Promise<void> {
    await this.#test.clock.freeze('2026-11-02T08:00:00Z');
    for (const last_name of ['Doe', 'Roe']) {
      const app = this.#instances.at(0);
      const answer = await ask(app, 'POST', '/provider/create', { first_name: 'Jane', last_name });
      const { provider_id } = answer.body as { provider_id: Id };
      await this.#offer(app, provider_id);
    }
  }

  async call(caller: number): Promise<void> {
    for (let turn = 0; turn < REQUESTS_OF_EACH; turn += 1) {
      this.answers.push(await this.#request(caller * REQUESTS_OF_EACH + turn));
    }
  }

  async #request(number: number): Promise<Answered> {
    const app = this.#instances.at(number);
    const chance = Math.random();
    const headers: Record<string, string> = chance % 0.1 < 0.05 ? { 'idempotency-key': `request-${number}` } : {};
    if (chance < 0.3) return this.#hold(app, headers);
    if (chance < 0.35) return ask(app, 'PUT', '/provider/expiredReservations', undefined, headers);
    if (chance < 0.4) {
      await this.#test.clock.advance('7 minutes');
      return this.#offer(app, pick([...this.#slots.keys()]));
    }
    if (chance < 0.43) return this.#withdraw(app, chance < 0.41 ? 'cancel' : 'keep');
    const reservation = this.#reservations.at(-1 - Math.floor(Math.random() * 24));
    if (reservation === undefined) return this.#hold(app, headers);
    const verb = chance < 0.64 ? 'confirm' : chance < 0.8 ? 'cancel' : chance < 0.88 ? 'extend' : 'reschedule';
    const body = { client_id: reservation.client, ...(verb === 'reschedule' ? { slot_id: this.#anySlot() } : {}) };
    return ask(app, 'POST', `/api/v1/reservations/${reservation.id}/${verb}`, body, headers);
  }

  async #hold(app: HttpServer, headers: Record<string, string>): Promise<Answered> {
    const client = pick(this.#clients);
    const body = { client_id: client, slot_id: this.#anySlot(), quantity: Math.random() < 0.2 ? 2 : 1 };
    const answer = await ask(app, 'POST', '/api/v1/reservations', body, headers);
    if (answer.status === 201) {
      this.#reservations.push({ id: (answer.body as { reservation_id: Id }).reservation_id, client });
    }
    return answer;
  }

  async #offer(app: HttpServer, provider: Id): Promise<Answered> {
    const ranges = [{ start_time: '2026-12-30T10:00:00Z', end_time: '2026-12-30T11:00:00Z' }];
    const answer = await ask(app, 'POST', `/api/v1/providers/${provider}/availability`, { ranges, capacity: 3 });
    if (answer.status === 201) {
      const { slots } = answer.body as { slots: { slot_id: Id }[] };
      this.#slots.set(
        provider,
        slots.map((slot) => slot.slot_id),
      );
    }
    return answer;
  }

  #withdraw(app: HttpServer, reservations: string): Promise<Answered> {
    const query = `start=2026-12-30T10:20:00Z&end=2026-12-30T10:50:00Z&reservations=${reservations}`;
    return ask(app, 'DELETE', `/api/v1/providers/${pick([...this.#slots.keys()])}/availability?${query}`);
  }

  #anySlot(): Id {
    return pick([...this.#slots.values()].flat());
  }
}

function pick<T>(list: readonly T[]): T {
  return nth(list, Math.floor(Math.random() * list.length));
}

onPostgres('mixed requests', (open) => {
  it.each([
    ['batched', undefined],
    ['one by one', ONE_BY_ONE],
  ])('hundreds of mixed requests for a few slots, %s, cause no deadlock and no server error', async (_how, limits) => {
    const clients = await addClients(open().database, 12);
    await using watcher = await openSecondConnection(open());
    const before = await watcher.deadlocks();
    const answers = await (async () => {
      await using instances = await openInstances(open(), 3, limits);
      const crowd = new Crowd(open(), instances, clients);
      await crowd.open();
      await Promise.all(Array.from({ length: CALLERS }, (_, caller) => crowd.call(caller)));
      return crowd.answers;
    })();
    expect(answers.filter((answer) => answer.status >= 500).map((answer) => answer.text)).toEqual([]);
    expect(await watcher.deadlocks()).toBe(before);
    expect(checkTables(await readTables(open().database))).toEqual([]);
    const statuses = new Set(answers.map((answer) => answer.status));
    expect([...statuses].toSorted()).toEqual(expect.arrayContaining([200, 201, 409, 410]));
  });
});
