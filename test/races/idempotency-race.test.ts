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

/** A request that is sent many times under one key, and what it should come to. */
interface Trial {
  readonly request: Request;
  readonly status: number;
  /** Rows it adds, by table. */
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

/** People, slots with room for everybody, and reservations in each state. */
async function openScene(test: TestDatabase, instances: Instances) {
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

type Scene = Awaited<ReturnType<typeof openScene>>;
const name = { first_name: 'Jane', last_name: 'Doe' };

const onReservation = async (scene: Scene, verb: string, more: object = {}): Promise<Request> => ({
  method: 'POST',
  url: `/api/v1/reservations/${await scene.hold(scene.roomy)}/${verb}`,
  body: { client_id: scene.client, ...more },
});
const reserve = (scene: Scene, timeslot_id: number): Request => ({
  method: 'POST',
  url: '/client/reserve',
  body: { client_id: scene.client, timeslot_id },
});
const one = { reservation_event: 1 };
const oneHold = { reservation: 1, reservation_event: 1 };

const TRIALS: Record<string, (scene: Scene, test: TestDatabase) => Promise<Trial> | Trial> = {
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
  'POST /client/reserve': (scene) => ({ request: reserve(scene, scene.roomy), status: 201, adds: oneHold }),
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
    adds: one,
  }),
  confirm: async (scene) => ({ request: await onReservation(scene, 'confirm'), status: 200, adds: one }),
  cancel: async (scene) => ({ request: await onReservation(scene, 'cancel'), status: 200, adds: one }),
  extend: async (scene, { clock }) => {
    const request = await onReservation(scene, 'extend');
    await clock.freeze('2026-11-02T08:10:00Z');
    return { request, status: 200, adds: one };
  },
  reschedule: async (scene) => ({
    request: await onReservation(scene, 'reschedule', { slot_id: scene.other }),
    status: 200,
    adds: one,
  }),
  'PUT /provider/expiredReservations': async ({ roomy, hold, sweep }, { clock }) => {
    // Those of other trials first.
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
  'a hold of a taken slot': async (scene) => {
    await scene.hold(scene.single);
    return { request: reserve(scene, scene.single), status: 409, adds: {} };
  },
  'a hold of an unknown slot': (scene) => ({ request: reserve(scene, 999_999_999), status: 404, adds: {} }),
  'a confirm that comes too late': async (scene, { clock }) => {
    const request = await onReservation(scene, 'confirm');
    await clock.freeze(EXPIRY);
    return { request, status: 410, adds: {} };
  },
  'a cancel of somebody else’s': async (scene) => ({
    request: await onReservation({ ...scene, client: scene.stranger }, 'cancel'),
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

/** Sends a trial's request from everywhere at once, all under one key. */
async function raceUnderOneKey(test: TestDatabase, instances: Instances, name: string) {
  const prepare = TRIALS[name];
  if (prepare === undefined) throw new Error(`there is no trial ${name}`);
  const trial = await prepare(await openScene(test, instances), test);
  const before = await countRows(test.database);
  const key = `key-of-${name.replaceAll(/[^a-z]+/gi, '-')}`;
  const answers = await Promise.all(
    Array.from({ length: SENT_AT_ONCE }, (_, index) => send(instances, index, trial.request, key)),
  );
  const added = differences(before, await countRows(test.database));
  return { trial, key, answers, added };
}

/** The same request but for one value. */
function another({ method, url, body = {} }: Request): Request {
  if ('first_name' in body) return { method, url, body: { ...body, first_name: 'Joan' } };
  if ('client_id' in body) return { method, url, body: { ...body, client_id: 999_999_999 } };
  if ('end_time' in body) return { method, url, body: { ...body, end_time: '2026-12-30 12:00' } };
  return { method, url, body: { something: 'else' } };
}

onPostgres('fifty requests under one Idempotency-Key on three instances', (open) => {
  let instances: Instances;
  beforeAll(async () => {
    instances = await openInstances(open(), 3);
  });
  afterAll(() => instances[Symbol.asyncDispose]());

  it.each(Object.keys(TRIALS))('%s: one effect, one answer', async (name) => {
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
      const reused = await send(instances, instance, another(trial.request), key);
      expect(reused.body).toMatchObject({ status: 422, type: 'urn:holdfast:problem:idempotency-key-reused' });
    }
    expect(await countRows(open().database)).toEqual(before);
  });
});

onPostgres('where keys are not claimed', () => {
  it.each([
    ['POST /client/create', 'client'],
    ['POST reservations', 'reservation'],
  ] as const)('%s has more than one effect', async (name, table) => {
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
  });
});
