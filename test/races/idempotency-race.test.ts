import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { EXPIRY, NOW } from '../support/bookings/expiring-hold.ts';
import { replaceBody } from '../support/database/break-function.ts';
import { addClients, addSlots, nth } from '../support/database/seed-tables.ts';
import { onPostgres, openTestDatabase, type TestDatabase } from '../support/database/test-database.ts';
import { type Instances, openInstances } from '../support/server/instances.ts';
import { type Answered, ask } from '../support/server/test-app.ts';

const SENT_AT_ONCE = 50;
const STILL_RUNNING = 'urn:holdfast:problem:request-still-running';

interface Request {
  readonly method: 'POST' | 'PUT';
  readonly url: string;
  readonly body?: object;
}

/** A request that is sent many times with one key, and its expected effect. */
interface Trial {
  readonly request: Request;
  readonly status: number;
  /** Number of rows that it adds, by table. */
  readonly adds: Partial<Record<Table, number>>;
}

const TABLES = ['provider', 'client', 'slot', 'reservation', 'reservation_event'] as const;
type Table = (typeof TABLES)[number];

async function countRows(database: Database): Promise<Record<Table, number>> {
  const { rows } = await database.read((reader) =>
    sql<Record<Table, number>>`select ${sql.join(
      TABLES.map((table) => sql`(select count(*) from ${sql.table(table)}) as ${sql.ref(table)}`),
    )}`.execute(reader),
  );
  return nth(rows, 0);
}

/** People, two slots with room for every request, and one slot with a single unit. */
async function createFixture(test: TestDatabase, instances: Instances) {
  await test.clock.freeze(NOW);
  const [roomy = 0, other = 0] = await addSlots(test.database, 2, 1_000);
  const [single = 0] = await addSlots(test.database, 1, 1);
  const [client = 0, stranger = 0] = await addClients(test.database, 2);
  const { rows } = await test.database.read((reader) =>
    sql<{ id: number }>`select provider_id as id from slot where id = ${roomy}`.execute(reader),
  );
  const provider = nth(rows, 0).id;
  const hold = async (slot_id: number) => {
    const answer = await ask(instances.at(0), 'POST', '/api/v1/reservations', { client_id: client, slot_id });
    return (answer.body as { reservation_id: number }).reservation_id;
  };
  const sweep = () => ask(instances.at(0), 'PUT', '/provider/expiredReservations');
  return { roomy, other, single, client, stranger, provider, hold, sweep };
}

type Fixture = Awaited<ReturnType<typeof createFixture>>;
const name = { first_name: 'Jane', last_name: 'Doe' };

const onReservation = async (fixture: Fixture, verb: string, more: object = {}): Promise<Request> => ({
  method: 'POST',
  url: `/api/v1/reservations/${await fixture.hold(fixture.roomy)}/${verb}`,
  body: { client_id: fixture.client, ...more },
});
const reserve = (fixture: Fixture, timeslot_id: number): Request => ({
  method: 'POST',
  url: '/client/reserve',
  body: { client_id: fixture.client, timeslot_id },
});
const oneChange = { reservation_event: 1 };
const oneHold = { reservation: 1, reservation_event: 1 };

const TRIALS: Record<string, (fixture: Fixture, test: TestDatabase) => Promise<Trial> | Trial> = {
  'POST /client/create': () => ({
    request: { method: 'POST', url: '/client/create', body: name },
    status: 201,
    adds: { client: 1 },
  }),
  'POST /provider/create': () => ({
    request: { method: 'POST', url: '/provider/create', body: name },
    status: 201,
    adds: { provider: 1 },
  }),
  'POST /provider/availability': ({ provider }) => ({
    request: {
      method: 'POST',
      url: '/provider/availability',
      body: { provider_id: provider, start_time: '2026-12-30 10:00', end_time: '2026-12-30 11:30' },
    },
    status: 201,
    adds: { slot: 6 },
  }),
  'POST /client/reserve': (fixture) => ({ request: reserve(fixture, fixture.roomy), status: 201, adds: oneHold }),
  'POST reservations': ({ client, roomy }) => ({
    request: { method: 'POST', url: '/api/v1/reservations', body: { client_id: client, slot_id: roomy, quantity: 3 } },
    status: 201,
    adds: oneHold,
  }),
  'PUT /client/confirm': async ({ client, roomy, hold }) => ({
    request: {
      method: 'PUT',
      url: '/client/confirm',
      body: { client_id: client, reservation_id: await hold(roomy) },
    },
    status: 200,
    adds: oneChange,
  }),
  confirm: async (fixture) => ({ request: await onReservation(fixture, 'confirm'), status: 200, adds: oneChange }),
  cancel: async (fixture) => ({ request: await onReservation(fixture, 'cancel'), status: 200, adds: oneChange }),
  extend: async (fixture, { clock }) => {
    const request = await onReservation(fixture, 'extend');
    await clock.freeze('2026-11-02T08:10:00Z');
    return { request, status: 200, adds: oneChange };
  },
  reschedule: async (fixture) => ({
    request: await onReservation(fixture, 'reschedule', { slot_id: fixture.other }),
    status: 200,
    adds: oneChange,
  }),
  'PUT /provider/expiredReservations': async ({ roomy, hold, sweep }, { clock }) => {
    // The expired holds of other trials are ended first.
    await clock.freeze(EXPIRY);
    await sweep();
    await clock.freeze(NOW);
    await hold(roomy);
    await hold(roomy);
    await clock.freeze(EXPIRY);
    return {
      request: { method: 'PUT', url: '/provider/expiredReservations' },
      status: 200,
      adds: { reservation_event: 2 },
    };
  },
  'a hold of a taken slot': async (fixture) => {
    await fixture.hold(fixture.single);
    return { request: reserve(fixture, fixture.single), status: 409, adds: {} };
  },
  'a hold of an unknown slot': (fixture) => ({ request: reserve(fixture, 999_999_999), status: 404, adds: {} }),
  'a confirm that comes too late': async (fixture, { clock }) => {
    const request = await onReservation(fixture, 'confirm');
    await clock.freeze(EXPIRY);
    return { request, status: 410, adds: {} };
  },
  'a cancel of another client’s reservation': async (fixture) => ({
    request: await onReservation({ ...fixture, client: fixture.stranger }, 'cancel'),
    status: 403,
    adds: {},
  }),
  'slots that overlap others': async ({ provider }) => ({
    request: {
      method: 'POST',
      url: '/provider/availability',
      body: { provider_id: provider, start_time: '2026-11-12 00:05', end_time: '2026-11-12 00:20' },
    },
    status: 409,
    adds: {},
  }),
};

function send(instances: Instances, instance: number, { method, url, body }: Request, key: string): Promise<Answered> {
  return ask(instances.at(instance), method, url, body, { 'idempotency-key': key });
}

function isTurnedAway({ status, body }: Answered): boolean {
  return status === 409 && (body as { type: string }).type === STILL_RUNNING;
}

const differences = (before: Record<Table, number>, after: Record<Table, number>) =>
  Object.fromEntries(TABLES.map((table) => [table, after[table] - before[table]]).filter(([, rows]) => rows !== 0));

/** Sends a trial's request to all instances at once, always with the same key. */
async function raceUnderOneKey(test: TestDatabase, instances: Instances, name: string) {
  const prepare = TRIALS[name];
  if (prepare === undefined) throw new Error(`there is no trial ${name}`);
  const trial = await prepare(await createFixture(test, instances), test);
  const before = await countRows(test.database);
  const key = `key-of-${name.replaceAll(/[^a-z]+/gi, '-')}`;
  const answers = await Promise.all(
    Array.from({ length: SENT_AT_ONCE }, (_, index) => send(instances, index, trial.request, key)),
  );
  const added = differences(before, await countRows(test.database));
  return { trial, key, answers, added };
}

/** The same request with one other value. */
function anotherRequest({ method, url, body = {} }: Request): Request {
  if ('first_name' in body) return { method, url, body: { ...body, first_name: 'Joan' } };
  if ('client_id' in body) return { method, url, body: { ...body, client_id: 999_999_999 } };
  if ('end_time' in body) return { method, url, body: { ...body, end_time: '2026-12-30 12:00' } };
  return { method, url, body: { something: 'else' } };
}

onPostgres('fifty requests with one Idempotency-Key on three instances', (open) => {
  let instances: Instances;
  beforeAll(async () => {
    instances = await openInstances(open(), 3);
  });
  afterAll(() => instances[Symbol.asyncDispose]());

  it.each(Object.keys(TRIALS))('%s, sent fifty times with one key, has one effect and one answer', async (name) => {
    const { trial, key, answers, added } = await raceUnderOneKey(open(), instances, name);
    expect(added).toEqual(trial.adds);
    const [turnedAway, settled] = [answers.filter(isTurnedAway), answers.filter((answer) => !isTurnedAway(answer))];
    expect(new Set(settled.map((answer) => answer.status))).toEqual(new Set([trial.status]));
    expect(new Set(settled.map((answer) => answer.text)).size).toBe(1);
    expect(turnedAway.filter((answer) => answer.headers['retry-after'] === undefined)).toEqual([]);

    const before = await countRows(open().database);
    for (const instance of [0, 1, 2]) {
      const replay = await send(instances, instance, trial.request, key);
      expect([replay.status, replay.text]).toEqual([trial.status, settled[0]?.text]);
      expect(replay.headers['content-type']).toBe(settled[0]?.headers['content-type']);
      const reused = await send(instances, instance, anotherRequest(trial.request), key);
      expect(reused.body).toMatchObject({ status: 422, type: 'urn:holdfast:problem:idempotency-key-reused' });
    }
    expect(await countRows(open().database)).toEqual(before);
  });
});

onPostgres('as a negative control, without claimed keys', () => {
  it.each([
    ['POST /client/create', 'client'],
    ['POST reservations', 'reservation'],
  ] as const)(
    '%s, sent fifty times with one key that is not claimed, has more than one effect',
    async (name, table) => {
      await using test = await openTestDatabase('postgres');
      await replaceBody(
        test.database,
        'claim_idempotency_keys',
        `begin
         return query select asked.place::integer, true, null::bytea, null::integer, null::text
                        from unnest(p_scope) with ordinality as asked (scope, place) order by asked.place;
       end`,
      );
      await using instances = await openInstances(test, 3);
      const { added, answers } = await raceUnderOneKey(test, instances, name);
      expect(added[table]).toBeGreaterThan(1);
      expect(new Set(answers.map((answer) => answer.text)).size).toBeGreaterThan(1);
    },
  );
});
