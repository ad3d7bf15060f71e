import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { createClient } from 'redis';
import { expect, inject, it } from 'vitest';
import { dumpTables, type RecordedServer, startRecordedServer } from '../support/access/canary-server.ts';
import { createEmbedded, createOnPostgres, type OwnDatabase } from '../support/database/own-database.ts';
import { startOwnRedis } from '../support/freshness/own-redis.ts';
import { OPERATOR_KEY } from '../support/server/principals.ts';
import { until } from '../support/server/until.ts';
import { addWebhook, WEBHOOK_SECRET } from '../support/webhooks/add-webhook.ts';
import { type Receiver, startReceiver } from '../support/webhooks/receiver.ts';

/** A name of a client and of what belongs to it, which nothing else contains. */
const CANARY = `Zq${randomBytes(8).toString('hex')}`;
const ERASED = 'Erased';
/** The tables that have the name before the erasure, so that a search which misses one of them would be noticed. */
const TABLES = ['access_key', 'client', 'idempotent_answer', 'orders', 'webhook_delivery', 'webhook_event'];
const HEADERS = { authorization: `Bearer ${OPERATOR_KEY}`, 'content-type': 'application/json' };

interface Fixture extends AsyncDisposable {
  readonly server: RecordedServer;
  readonly receiver: Receiver;
  readonly clientId: number;
  readonly reservationId: number;
  readonly redisUrl: string | undefined;
}

interface Sent {
  readonly method?: string;
  readonly body?: object;
  readonly key?: string;
}

async function send({ send: sendTo }: RecordedServer, path: string, { method = 'GET', body, key }: Sent = {}) {
  const headers = { ...HEADERS, ...(key !== undefined && { 'idempotency-key': key }) };
  const answer = await sendTo({ path, method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: answer.status, text: answer.body, body: JSON.parse(answer.body) };
}

async function post(server: RecordedServer, path: string, body: object, key?: string) {
  const answer = await send(server, path, { method: 'POST', body, ...(key !== undefined && { key }) });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

/** A server and a client whose name is everywhere that a name can get to. */
async function openFixture(own: OwnDatabase): Promise<Fixture> {
  await using stack = new AsyncDisposableStack();
  const receiver = stack.use(await startReceiver(WEBHOOK_SECRET));
  // It repeats what it is sent, as frameworks do in their error pages.
  receiver.behave(
    ({ body }) =>
      (response) =>
        response.writeHead(200).end(body),
  );
  const redis = await startOwnRedis();
  if (redis) stack.use(redis);
  const env = {
    ...{ AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY, WEBHOOK_ALLOW: '127.0.0.0/8', ...own.env },
    ...(redis && { REDIS_URL: redis.url }),
  };
  await (await startRecordedServer(env))[Symbol.asyncDispose]();
  await using database = await own.open();
  await addWebhook(database, receiver.url, null);
  await database[Symbol.asyncDispose]();
  const server = stack.use(await startRecordedServer(env));
  await server.listen(HEADERS);
  const name = { first_name: CANARY, last_name: 'Lind' };
  const { client_id: clientId } = await post(server, '/api/v1/clients', name, 'a-client');
  const { provider_id } = await post(server, '/api/v1/providers', { first_name: 'Ada', last_name: 'Berg' });
  const offer = {
    ranges: [{ start_time: '2099-03-16T09:00:00Z', end_time: '2099-03-16T10:00:00Z' }],
    price: { amount: 25.5, currency: 'EUR' },
  };
  const { slots } = await post(server, `/api/v1/providers/${provider_id}/availability`, offer);
  const reserve = (at: number) =>
    post(server, '/api/v1/reservations', { client_id: clientId, slot_id: slots[at].slot_id }, `hold-${at}`);
  const { reservation_id: reservationId } = await reserve(0);
  await reserve(1);
  await post(server, `/api/v1/reservations/${reservationId}/confirm`, { client_id: clientId }, 'confirm');
  await post(server, '/api/v1/keys', { name: `the phone of ${CANARY}`, role: 'client', subject: clientId });
  await until('the order was delivered', () => receiver.received.some(({ type }) => type === 'order.created'));
  for (let read = 0; read < 2; read += 1) expect((await send(server, '/orders/1')).text).toContain(CANARY);
  const owned = stack.move();
  return {
    ...{ server, receiver, clientId, reservationId, redisUrl: redis?.url },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The tables that contain the name. */
async function tablesWithName(own: OwnDatabase): Promise<string[]> {
  await using database = await own.open();
  const { text } = await dumpTables(database);
  const lines = text.split('\n').filter((line) => line.includes(CANARY));
  return [...new Set(lines.map((line) => /^public\.(\w+)/.exec(line)?.[1] ?? line))].sort();
}

async function redisHasName(url: string): Promise<boolean> {
  const client = await createClient({ url }).connect();
  try {
    for await (const keys of client.scanIterator({ COUNT: 1000 })) {
      for (const key of keys) {
        const text =
          (await client.type(key)) === 'hash' ? JSON.stringify(await client.hGetAll(key)) : await client.get(key);
        if (`${key} ${text}`.includes(CANARY)) return true;
      }
    }
    return false;
  } finally {
    client.destroy();
  }
}

async function erase({ server, clientId }: Fixture) {
  const answer = await send(server, `/api/v1/clients/${clientId}?reservations=cancel`, { method: 'DELETE' });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

async function expectForgotten(fixture: Fixture): Promise<void> {
  const { server, receiver, clientId, reservationId } = fixture;
  const path = `/api/v1/clients/${clientId}`;
  const refused = await send(server, path, { method: 'DELETE' });
  expect([refused.status, refused.body.reservation_ids]).toEqual([409, [reservationId]]);
  const exported = await send(server, `${path}/export`);
  expect(exported.body).toMatchObject({
    ...{ client: { first_name: CANARY }, erasure: null, orders: [{ customer: `${CANARY} Lind` }] },
    keys: [{ name: `the phone of ${CANARY}` }],
  });
  expect(exported.body.reservations.map(({ history }: { history: unknown[] }) => history.length)).toEqual([2, 1]);

  // From here on, nothing that is sent or stored may have the name.
  const before = { answers: server.traces.answers.length, received: receiver.received.length };
  const report = await erase(fixture);
  expect(report.removed).toEqual({
    ...{ names: 1, reservations_cancelled: 2, orders: 1, keys: 1, stored_answers: 1 },
    webhook_events: expect.any(Number),
  });
  expect(report.removed.webhook_events).toBeGreaterThan(0);
  await until('the end of the order was delivered', () =>
    receiver.received.some(({ type }) => type === 'order.cancelled'),
  );
  expect(await erase(fixture)).toEqual(report);
  const replayed = await post(server, '/api/v1/clients', { first_name: CANARY, last_name: 'Lind' }, 'a-client');
  expect(replayed).toMatchObject({ client_id: clientId, first_name: ERASED });
  for (const read of [path, `${path}/export`, '/orders/1', '/api/v1/clients', '/api/v1/keys']) await send(server, read);
  const body = { client_id: clientId, slot_id: 1 };
  expect((await send(server, '/api/v1/reservations', { method: 'POST', body })).status).toBe(404);
  expect((await send(server, path, { method: 'PATCH', body: { last_name: 'Lind' } })).status).toBe(409);
  expect(server.traces.answers.slice(before.answers)).not.toContain(CANARY);
  expect(JSON.stringify(receiver.received.slice(before.received))).not.toContain(CANARY);

  // The numbers stay.
  const list = await send(server, `/api/v1/reservations?client_id=${clientId}`);
  expect(list.body.reservations.map(({ status }: { status: string }) => status)).toEqual(['cancelled', 'cancelled']);
  expect((await send(server, '/orders/1')).body.orders).toMatchObject([{ customer: `${ERASED} client`, total: 25.5 }]);
  if (fixture.redisUrl) expect(await redisHasName(fixture.redisUrl)).toBe(false);
  expect(server.traces.events).not.toContain(CANARY);
  expect(server.traces.log).not.toContain(CANARY);
}

const postgresUrl = inject('postgresUrl');
const createPostgres = () => createOnPostgres(postgresUrl ?? '');

it.skipIf(postgresUrl === undefined)(
  'the name of an erased client is in no table, answer, event, delivery, log or cache (PostgreSQL)',
  async () => {
    await using own = await createPostgres();
    await using fixture = await openFixture(own);
    // Control: the search finds it in all these places before.
    await expect.poll(() => tablesWithName(own)).toEqual(TABLES);
    if (fixture.redisUrl) expect(await redisHasName(fixture.redisUrl)).toBe(true);
    await expectForgotten(fixture);
    expect(await tablesWithName(own)).toEqual([]);
  },
);

it('the name of an erased client is in no table, answer, event, delivery, log or cache (embedded)', async () => {
  await using own = await createEmbedded();
  const fixture = await openFixture(own);
  await expectForgotten(fixture);
  await fixture[Symbol.asyncDispose]();
  expect(await tablesWithName(own)).toEqual([]);
});

it.skipIf(postgresUrl === undefined).each(TABLES.filter((table) => table !== 'client'))(
  'control: an erasure that leaves out the table %s is found',
  async (table) => {
    await using own = await createPostgres();
    await using fixture = await openFixture(own);
    await using database = await own.open();
    await expect.poll(() => tablesWithName(own)).toEqual(TABLES);
    await database.transaction(async (tx) => {
      await sql`create function keep_row() returns trigger language plpgsql as 'begin return null; end'`.execute(tx);
      await sql`
        create trigger zz_keep_row before update or delete on ${sql.table(table)}
          for each row execute function keep_row()`.execute(tx);
    });
    await erase(fixture);
    // The answers of receivers are forgotten with the events that they are about.
    const left = table === 'webhook_event' ? ['webhook_delivery', table] : [table];
    expect(await tablesWithName(own)).toEqual(left);
  },
);
