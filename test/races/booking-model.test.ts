import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import type { Id } from '../../src/platform/ids.ts';
import { readTables } from '../support/bookings/checker/history.ts';
import { checkTables } from '../support/bookings/checker/table-checker.ts';
import { type Command, commandArbitrary, OPENING } from '../support/bookings/model/booking-commands.ts';
import { BookingModel, Refused, type Rules } from '../support/bookings/model/booking-model.ts';
import { momentAfter, stepFor } from '../support/bookings/model/booking-steps.ts';
import { exactly, shapeHistory } from '../support/bookings/model/expected-shapes.ts';
import { BASE, MINUTE, type Step } from '../support/bookings/model/step.ts';
import { replaceInFunction } from '../support/database/break-function.ts';
import { eachDatabase, eitherKind, openTestDatabase, type TestDatabase } from '../support/database/test-database.ts';
import { type Answered, ask, openTestApp } from '../support/server/test-app.ts';

/** Number of random lists. For a longer test: MODEL_RUNS=2000 npx vitest run test/races/booking-model.test.ts */
const RUNS = Number(process.env.MODEL_RUNS ?? 24);
/** The seed of a reported failure, to run it again. */
const SEED = process.env.MODEL_SEED === undefined ? {} : { seed: Number(process.env.MODEL_SEED) };
const RULES: Rules = {
  holdTtl: 30 * MINUTE,
  maxHold: 120 * MINUTE,
  minNotice: 60 * MINUTE,
  grace: 10 * MINUTE,
  slotLength: 15 * MINUTE,
};
const SETTINGS = { HOLD_TTL: '30m', MIN_NOTICE: '1h', MIN_NOTICE_GRACE: '10m', SLOT_LENGTH: '15m' };

const commands = fc.array(commandArbitrary, { minLength: 1, maxLength: 80, size: 'max' });

/** The program and the model. Both get the same commands, and their answers must be equal. */
class ProgramAndModel {
  readonly #test: TestDatabase;
  readonly #app: HttpServer;
  readonly model = new BookingModel(RULES, BASE);

  private constructor(test: TestDatabase, app: HttpServer) {
    this.#test = test;
    this.#app = app;
  }

  static async open(test: TestDatabase, app: HttpServer): Promise<ProgramAndModel> {
    await emptyTables(test.database);
    await test.clock.freeze(exactly(BASE));
    const pair = new ProgramAndModel(test, app);
    for (let n = 0; n < 2; n += 1) pair.model.providers.push(await pair.#create('provider'));
    for (let n = 0; n < 3; n += 1) pair.model.clients.push(await pair.#create('client'));
    for (const command of OPENING) await pair.run(command);
    return pair;
  }

  async #create(who: 'provider' | 'client'): Promise<Id> {
    const answer = await ask(this.#app, 'POST', `/${who}/create`, { first_name: 'Jane', last_name: 'Doe' });
    return (answer.body as Record<string, Id>)[`${who}_id`] ?? 0;
  }

  async run(command: Command): Promise<void> {
    if (command.do === 'move') {
      this.model.now = momentAfter(command, this.model);
      await this.#test.clock.freeze(exactly(this.model.now));
      return;
    }
    const step = stepFor(command, this.model);
    const answer = await ask(this.#app, step.method, step.url, step.body);
    const expected = this.#expected(step, answer);
    const body = step.pagesOf && answer.status === 200 ? await this.#allPages(step.pagesOf, answer) : answer.body;
    const actual = { status: answer.status, body: answer.status >= 400 ? problemOf(answer) : body };
    expect(actual, step.url).toEqual(expected);
  }

  #expected(step: Step, answer: Answered): { status: number; body: unknown } {
    const ids = answer.status === step.status ? step.idsIn(answer.body) : [];
    try {
      return { status: step.status, body: step.expect((index) => ids[index] ?? 0) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { status, type, remaining } = error;
      return { status, body: { type: `urn:holdfast:problem:${type}`, remaining } };
    }
  }

  async #allPages(name: 'slots' | 'reservations', first: Answered): Promise<unknown[]> {
    const rows: unknown[] = [];
    for (let page = first; ; ) {
      rows.push(...((page.body as Record<string, unknown[]>)[name] ?? []));
      const next = /^<(.*)>; rel="next"$/.exec(String(page.headers.link ?? ''))?.[1];
      if (next === undefined) return rows;
      page = await ask(this.#app, 'GET', next);
    }
  }

  /** Compares the tables with the model. */
  async compareTables(): Promise<void> {
    await this.run({ do: 'sweep' });
    const tables = await readTables(this.#test.database);
    expect(checkTables(tables)).toEqual([]);
    const { model } = this;
    const slots = model.slots.toSorted((a, b) => a.id - b.id);
    expect(tables.slots).toEqual(
      slots.map((slot) => ({ id: slot.id, capacity: slot.capacity, claimed: model.claimed(slot) })),
    );
    expect(tables.reservations.map((row) => [row.id, row.status, row.slot, row.expiresAt, row.decidedAt])).toEqual(
      model.reservations.map((each) => [each.id, model.statusOf(each), each.slot.id, each.expiresAt, each.decidedAt]),
    );
    const history = model.reservations.flatMap((each) =>
      shapeHistory(model, each).history.map((event) => [each.id, event.at, event.status, event.slot_id]),
    );
    expect(tables.events.map((event) => [event.reservation, exactly(event.at), event.status, event.slot])).toEqual(
      history,
    );
  }
}

/** The members of a problem that the model predicts. */
function problemOf(answer: Answered): { type: unknown; remaining: unknown } {
  const { type, remaining } = answer.body as { type?: unknown; remaining?: unknown };
  return { type, remaining };
}

async function emptyTables(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    for (const table of ['reservation_event', 'reservation', 'slot', 'client', 'provider']) {
      await sql`delete from ${sql.table(table)}`.execute(tx);
    }
  });
}

function property(test: TestDatabase, app: HttpServer) {
  return fc.asyncProperty(commands, async (list) => {
    const pair = await ProgramAndModel.open(test, app);
    for (const command of list) await pair.run(command);
    await pair.compareTables();
  });
}

eachDatabase('random requests', (open) => {
  let app: HttpServer;
  beforeAll(async () => {
    app = await openTestApp(open().database, SETTINGS);
  });

  it('many random lists of requests, sent one after another, are answered as the model says', {
    timeout: 60_000 + RUNS * 2_000,
  }, async () => {
    // Both databases run the same SQL, and the embedded one is slower.
    const numRuns = open().database.kind === 'pglite' ? Math.ceil(RUNS / 4) : RUNS;
    await fc.assert(property(open(), app), { numRuns, ...SEED });
  });
});

describe('the booking model, as a check', () => {
  it.each([
    [
      'a confirm at the very instant of expiry',
      'confirm_reservations',
      'v_request.expires_at <= v_now',
      'v_request.expires_at < v_now',
    ],
    ['a unit that cannot be held', 'hold_slots', 'v_free < v_request.quantity', 'v_free <= v_request.quantity'],
    ['an expired hold that keeps its units', 'hold_slots', 'if found then', 'if false then'],
    [
      'a quantity that is counted as one unit',
      'reservation_inserted',
      'sum(new_rows.quantity)',
      'count(new_rows.quantity)',
    ],
    [
      'a change without an event',
      'reservation_updated',
      'using (id) order by new_rows.id',
      'using (id) where new_rows.id % 2 = 0',
    ],
  ])('the model finds %s', async (_fault, name, text, by) => {
    await using test = await openTestDatabase(eitherKind());
    await replaceInFunction(test.database, name, text, by);
    const app = await openTestApp(test.database, SETTINGS);
    const found = await fc.check(property(test, app), { numRuns: 200, endOnFailure: true });
    expect(found.failed).toBe(true);
  });
});
