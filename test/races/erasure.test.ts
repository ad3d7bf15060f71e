import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, inject, it } from 'vitest';
import { FanOut } from '../../src/modules/webhooks/outbox/fan-out.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { type Random, seededRandom } from '../../src/platform/seeded-random.ts';
import { dumpTables } from '../support/access/canary-server.ts';
import { replaceInFunction } from '../support/database/break-function.ts';
import { openTestDatabase, type TestDatabase } from '../support/database/test-database.ts';
import { openInstances } from '../support/server/instances.ts';
import { type Ask, asOperator, makeKey, OPERATOR_KEY, withToken } from '../support/server/principals.ts';
import { addWebhook } from '../support/webhooks/add-webhook.ts';

const ENV = { AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY, RATE_LIMIT: 'off', RATE_LIMIT_ANONYMOUS: 'off' };
const ROUNDS = 25;
/** Slots of each of the two providers, each with a price, so that a confirmation copies the client's name. */
const SLOTS = 8;
/** The beginning of the name of every client, which nothing else has. */
const CANARY = 'ZqErasureRace';

type Made = Readonly<Record<string, number>> & { readonly slots: readonly { readonly slot_id: number }[] };

interface Result {
  requests: number;
  confirmed: number;
  moved: number;
  readonly violations: Set<string>;
}

/** Erases a client. The control has another way than the program's. */
type Erase = (operator: Ask, database: Database, clientId: number) => Promise<void>;

async function eraseByRequest(operator: Ask, _database: Database, clientId: number): Promise<void> {
  const { status, text } = await operator('DELETE', `/api/v1/clients/${clientId}?reservations=cancel`);
  expect(status, text).toBe(200);
}

/** Replaces the name everywhere, without a lock. */
async function eraseWithoutLocks(_operator: Ask, database: Database, clientId: number): Promise<void> {
  const set = sql`set first_name = 'Erased', last_name = 'client', erased_at = now()`;
  await database.transaction(async (tx) => {
    await sql`
      update orders set customer = 'Erased client'
       where reservation_id in (select id from reservation where client_id = ${clientId})`.execute(tx);
    await sql`update client ${set} where id = ${clientId}`.execute(tx);
  });
}

/**
 * Erases clients while their reservations are made, confirmed, moved and cancelled, their keys revoked, they and their
 * providers read, and the events of all this prepared for webhooks.
 */
async function race(test: TestDatabase, erase: Erase): Promise<Result> {
  await using instances = await openInstances(test, 2, undefined, ENV);
  const { database } = test;
  await addWebhook(database, 'https://shop.invalid/hooks', null);
  const random = seededRandom(15);
  const result: Result = { requests: 0, confirmed: 0, moved: 0, violations: new Set() };
  const ended = new AbortController();
  const fanOut = new FanOut(database, async () => undefined, createLogger('silent'));
  const fanningOut = (async () => {
    while (!ended.signal.aborted) if (!(await fanOut.takeStep())) await turn();
  })();
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const operators = instances.apps.map(asOperator);
      await raceOne({ operators, database, erase, random, result, round, app: instances.at(round) });
    }
  } finally {
    ended.abort();
    await fanningOut;
  }
  while (await fanOut.takeStep());
  for (const table of await tablesWithName(database)) result.violations.add(`table ${table}`);
  return result;
}

async function tablesWithName(database: Database): Promise<string[]> {
  const { text } = await dumpTables(database);
  const lines = text.split('\n').filter((line) => line.includes(CANARY));
  return [...new Set(lines.map((line) => /^public\.(\w+)/.exec(line)?.[1] ?? line))];
}

interface Round {
  readonly operators: readonly Ask[];
  readonly app: Parameters<typeof asOperator>[0];
  readonly database: Database;
  readonly erase: Erase;
  readonly random: Random;
  readonly result: Result;
  readonly round: number;
}

async function raceOne({ operators, app, database, erase, random, result, round }: Round): Promise<void> {
  const operator = operators[round % 2] as Ask;
  const other = operators[(round + 1) % 2] as Ask;
  const make = async (url: string, body: object) => {
    const { status, body: made, text } = await operator('POST', url, body);
    expect(status, text).toBe(201);
    return made as Made;
  };
  const { client_id = 0 } = await make('/api/v1/clients', { first_name: `${CANARY}${round}`, last_name: 'B' });
  const range = { start_time: '2099-03-17T09:00:00Z', end_time: `2099-03-17T${9 + SLOTS / 4}:00:00Z` };
  const offer = { ranges: [range], price: { amount: 10, currency: 'EUR' } };
  const slots: number[] = [];
  for (let provider = 0; provider < 2; provider += 1) {
    const { provider_id } = await make('/api/v1/providers', { first_name: 'A', last_name: 'B' });
    const offered = await make(`/api/v1/providers/${provider_id}/availability`, offer);
    slots.push(...offered.slots.map(({ slot_id }) => slot_id));
  }
  const own = withToken(app, (await makeKey(app, 'client', client_id)).key);
  const revoked = await makeKey(app, 'client', client_id);
  const path = `/api/v1/clients/${client_id}`;
  let isErased = false;
  let isOver = false;

  /** Sends a request. What is answered to one that began after the erasure must not have the name. */
  async function act(ask: Ask, ...[method, url, body]: Parameters<Ask>) {
    const beganErased = isErased;
    const answer = await ask(method, url, body);
    result.requests += 1;
    if (beganErased && answer.text.includes(CANARY)) result.violations.add(`answer of ${method}`);
    return answer;
  }
  const book = async (slot: number) => {
    const held = await act(other, 'POST', '/api/v1/reservations', { client_id, slot_id: slots[slot] });
    if (held.status !== 201) return;
    const { reservation_id } = held.body as { reservation_id: number };
    const url = `/api/v1/reservations/${reservation_id}`;
    const asker = random.chance(0.5) ? own : operator;
    if ((await act(asker, 'POST', `${url}/confirm`, { client_id })).status === 200) result.confirmed += 1;
    const moved = await act(operator, 'POST', `${url}/reschedule`, { client_id, slot_id: slots[slot + SLOTS] });
    if (moved.status === 200) result.moved += 1;
  };
  const booking = Array.from({ length: SLOTS }, async (_, slot) => {
    for (let wait = random.integer(0, 20); wait > 0; wait -= 1) await turn();
    await book(slot);
  });
  const reading = (async () => {
    while (!isOver) {
      await act(other, 'GET', path);
      await act(own, 'GET', `${path}/export`);
      await act(other, 'PATCH', path, { first_name: `${CANARY}${round}` });
      await act(operator, 'GET', '/orders/1');
    }
  })();
  const revoking = act(operator, 'DELETE', `/api/v1/keys/${revoked.key_id}`);
  const erasing = (async () => {
    const begins = result.requests + random.integer(0, SLOTS * 2);
    while (result.requests < begins) await turn();
    await erase(operator, database, client_id);
    isErased = true;
  })();
  await Promise.all([...booking, revoking, erasing]);
  await book(SLOTS - 1);
  isOver = true;
  await reading;
  for (const ask of [own, withToken(app, revoked.key)]) {
    const { status } = await act(ask, 'GET', path);
    if (status !== 401) result.violations.add(`a key of an erased client is answered ${status}`);
  }
  const { rows } = await database.read((reader) =>
    sql`select from reservation where client_id = ${client_id} and status in ('held', 'confirmed')`.execute(reader),
  );
  if (rows.length > 0) result.violations.add('live reservations');
}

/**
 * Erases a client after events of it have been read for webhooks, and before they are stored.
 *
 * @returns the tables that have its name afterwards
 */
async function eraseBeforeStoring({ database, ...test }: TestDatabase): Promise<string[]> {
  await using instances = await openInstances({ database, ...test }, 1, undefined, ENV);
  await addWebhook(database, 'https://shop.invalid/hooks', null);
  const operator = asOperator(instances.at(0));
  const post = async (url: string, body: object) => (await operator('POST', url, body)).body as Made;
  const { client_id = 0 } = await post('/api/v1/clients', { first_name: CANARY, last_name: 'B' });
  const { provider_id } = await post('/api/v1/providers', { first_name: 'A', last_name: 'B' });
  const ranges = [{ start_time: '2099-03-17T09:00:00Z', end_time: '2099-03-17T10:00:00Z' }];
  const price = { amount: 10, currency: 'EUR' };
  const { slots } = await post(`/api/v1/providers/${provider_id}/availability`, { ranges, price });
  const { reservation_id } = await post('/api/v1/reservations', { client_id, slot_id: slots[0]?.slot_id });
  await post(`/api/v1/reservations/${reservation_id}/confirm`, { client_id });

  const [reading, erased] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const late: Database = Object.create(database, {
    statement: {
      async value(...call: Parameters<Database['statement']>) {
        reading.resolve();
        await erased.promise;
        return database.statement(...call);
      },
    },
  });
  const fanOut = new FanOut(late, async () => undefined, createLogger('silent'));
  const storing = fanOut.takeStep();
  await reading.promise;
  await eraseByRequest(operator, database, client_id);
  erased.resolve();
  await storing;
  while (await fanOut.takeStep());
  return tablesWithName(database);
}

describe.skipIf(inject('postgresUrl') === undefined)('clients that are erased while requests run', () => {
  it('nothing that is answered or stored after an erasure has the name', async () => {
    await using test = await openTestDatabase('postgres');
    const { violations, ...counts } = await race(test, eraseByRequest);
    expect([...violations]).toEqual([]);
    expect(counts.confirmed).toBeGreaterThan(0);
    expect(counts.moved).toBeGreaterThan(0);
    process.stdout.write(`erasure: ${ROUNDS} clients, ${JSON.stringify(counts)}\n`);
  });

  it('control: an erasure without locks leaves names and live reservations behind', async () => {
    await using test = await openTestDatabase('postgres');
    const { violations } = await race(test, eraseWithoutLocks);
    expect([...violations]).toEqual(
      expect.arrayContaining(['live reservations', 'table orders', 'table webhook_event']),
    );
  });

  it('an event that was read before an erasure and is stored after it does not have the name', async () => {
    await using test = await openTestDatabase('postgres');
    expect(await eraseBeforeStoring(test)).toEqual([]);
  });

  it('control: it has the name if fan_out does not ask for erasures', async () => {
    await using test = await openTestDatabase('postgres');
    const guard = 'p_last_erasure is not null and exists (select from client_erasure where id > p_last_erasure)';
    await replaceInFunction(test.database, 'fan_out', guard, 'false');
    expect(await eraseBeforeStoring(test)).toEqual(['webhook_event']);
  });
});
