import { randomBytes } from 'node:crypto';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, inject, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { openPglite } from '../../src/platform/db/pglite-driver.ts';
import { openPostgres } from '../../src/platform/db/postgres-driver.ts';
import { Canaries } from '../support/access/canaries.ts';
import {
  type Answer,
  dumpTables,
  PLACES,
  type RecordedServer,
  type Sent,
  startRecordedServer,
} from '../support/access/canary-server.ts';
import { AUDIENCE, createSigningKey, ISSUER, JwksServer, signToken } from '../support/access/jwks-server.ts';
import { onServer } from '../support/database/services.ts';
import { openTestDatabase } from '../support/database/test-database.ts';
import { startOwnRedis } from '../support/freshness/own-redis.ts';
import { openProxy, type TcpProxy, targetOf, through } from '../support/server/tcp-proxy.ts';
import { until } from '../support/server/until.ts';
import { CannedServer, httpAnswer } from '../support/supply/canned-server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const VEHICLE = { make: 'AUDI', model: 'A4', state: 'selling', timestamp: '2029-01-01T00:00:00Z' };
const STATE_PATH = '/vehicles/1/timestamp/2030-01-01T00:00:00Z';

/** Where the database is: the settings of the server, and how the test reads it afterwards. */
interface Place extends AsyncDisposable {
  readonly env: Record<string, string>;
  /** Between the server and PostgreSQL. */
  readonly proxy: TcpProxy | undefined;
  /** Opens the database while the server may run, on PostgreSQL, or after it has stopped. */
  open(): Promise<Database>;
}

/** A database whose user has a secret for a password, behind a proxy. */
async function openPostgresPlace(canaries: Canaries): Promise<Place> {
  const server = inject('postgresUrl') ?? '';
  await using stack = new AsyncDisposableStack();
  const role = `holdfast_test_${randomBytes(5).toString('hex')}`;
  const password = canaries.create('the password of the database');
  await onServer(server, `create role ${role} login password '${password}' in role current_user`);
  stack.defer(() => onServer(server, `drop role ${role}`));
  const { url = '' } = stack.use(await openTestDatabase('postgres'));
  const proxy = stack.use(await openProxy(targetOf(url, 5432)));
  const own = new URL(through(url, proxy));
  own.username = role;
  own.password = password;
  const owned = stack.move();
  return {
    env: { DATABASE_URL: own.href },
    proxy,
    open: async () => openPostgres({ url, constraints: {}, onBroken() {} }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openEmbeddedPlace(): Promise<Place> {
  const directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-secrets-'));
  const dataDir = join(directory.path, 'data');
  return {
    env: { HOLDFAST_DATA_DIR: dataDir },
    proxy: undefined,
    open: () => openPglite({ dataDir, constraints: {} }),
    [Symbol.asyncDispose]: () => directory.remove(),
  };
}

/** Files and services that give a server the rest of its secrets. */
async function openSurroundings(canaries: Canaries) {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await mkdtempDisposable(join(tmpdir(), 'holdfast-secrets-')));
  const signing = await createSigningKey('k1');
  const jwks = stack.use(new JwksServer());
  jwks.keys = [signing.jwk];
  const issuers = [{ issuer: ISSUER, audience: AUDIENCE, jwks_url: await jwks.open() }];
  await writeFile(join(directory.path, 'issuers.json'), JSON.stringify(issuers));
  const supplierKey = canaries.create('the API key of a supplier');
  // A supplier that repeats the key in its answers.
  const supplier = new CannedServer();
  stack.defer(() => supplier.close());
  supplier.answer = httpAnswer(401, `{"error":"the key ${supplierKey} is not known"}`, JSON_TYPE);
  const suppliers = [
    {
      id: 'tours',
      adapter: 'per-date',
      base_url: await supplier.open(),
      api_key_env: 'TOURS_KEY',
      products: [14],
      pull_limits: ['30/1m'],
    },
  ];
  await writeFile(join(directory.path, 'suppliers.json'), JSON.stringify(suppliers));
  const password = canaries.create('the password of Redis');
  const redis = await startOwnRedis('--requirepass', password);
  if (redis) stack.use(redis);
  const owned = stack.move();
  return {
    ...{ signing, jwks, supplier, redis },
    env: {
      AUTH: 'on',
      HOLDFAST_OPERATOR_KEY: canaries.create('the operator key'),
      HOLDFAST_SECRET_KEY: canaries.create('the key of webhook secrets'),
      RATE_LIMIT: 'off',
      RATE_LIMIT_ANONYMOUS: 'off',
      TRUST_PROXY: '127.0.0.1',
      CORS_ORIGINS: 'https://shop.example',
      JWT_ISSUERS_FILE: join(directory.path, 'issuers.json'),
      SUPPLIERS_FILE: join(directory.path, 'suppliers.json'),
      TOURS_KEY: supplierKey,
      ...(redis && { REDIS_URL: redis.url.replace('redis://', `redis://:${password}@`) }),
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A credential, right or wrong, and the header that presents it. */
interface Presented {
  readonly text: string;
  readonly headers: Record<string, string>;
}

const bearer = (text: string): Presented => ({ text, headers: { authorization: `Bearer ${text}` } });
const cookie = (text: string): Presented => ({ text, headers: { cookie: `hf_session=${text}` } });

/** Makes, shows and rotates the secret of a webhook, whose receiver answers with an error. */
async function exerciseWebhook(
  server: RecordedServer,
  canaries: Canaries,
  operator: Presented,
  url: string,
): Promise<void> {
  const headers = { ...operator.headers, ...JSON_TYPE };
  const send = async (name: string, sent: Sent): Promise<Record<string, unknown>> => {
    const answer = await server.sendAndHide(sent, ({ body }) => [JSON.parse(body).secret]);
    const { secret, ...rest } = JSON.parse(answer.body) as { secret: string };
    canaries.add(name, secret.slice('whsec_'.length));
    return rest;
  };
  const create = { method: 'POST', path: '/api/v1/webhooks', headers: { ...headers, 'idempotency-key': 'a-webhook' } };
  const made = { ...create, body: JSON.stringify({ url }) };
  const { webhook_id } = await send('the secret of a webhook', made);
  const path = `/api/v1/webhooks/${webhook_id}`;
  const rotate = { method: 'POST', path: `${path}/rotate-secret`, headers: { ...create.headers } };
  await send('its successor', rotate);
  await send('its successor', { path: `${path}/secret`, headers });
  for (const again of [made, rotate]) {
    const replayed = await server.send(again);
    expect([replayed.status < 300, JSON.parse(replayed.body)]).toEqual([
      true,
      expect.not.objectContaining({ secret: expect.anything() }),
    ]);
  }
  for (const end of ['', '/deliveries']) await server.send({ path: `${path}${end}`, headers });
  await server.send({ method: 'POST', path: `${path}/test`, headers: operator.headers });
  await server.send({ method: 'PATCH', path, headers, body: JSON.stringify({ status: 'disabled' }) });
}

/** Makes a credential of each kind, as their owners do, and wrong ones of the same forms. */
async function makeCredentials(
  server: RecordedServer,
  canaries: Canaries,
  operatorKey: string,
  { signing, jwks }: { signing: Awaited<ReturnType<typeof createSigningKey>>; jwks: JwksServer },
): Promise<Presented[]> {
  const headers = { ...bearer(operatorKey).headers, ...JSON_TYPE };
  const keyIn = ({ body }: Answer) => [(JSON.parse(body) as { key: string }).key];
  const newKey = async (name: string, path: string, body: object) => {
    const sent = {
      method: 'POST',
      path,
      body: JSON.stringify(body),
      headers: { ...headers, 'idempotency-key': name.replaceAll(' ', '-') },
    };
    const answer = await server.sendAndHide(sent, keyIn);
    expect(answer.status).toBe(201);
    const { key, key_id } = JSON.parse(answer.body) as { key: string; key_id: string };
    canaries.add(name, secretOf(key));
    const replayed = await server.send(sent);
    expect([replayed.status, Object.keys(JSON.parse(replayed.body))]).toEqual([
      201,
      expect.not.arrayContaining(['key']),
    ]);
    return { key, key_id };
  };
  const created = await newKey('a created key', '/api/v1/keys', { name: 'a service', role: 'service' });
  const old = await newKey('a rotated key', '/api/v1/keys', { name: 'a viewer', role: 'viewer' });
  const { key: rotated } = await newKey('its successor', `/api/v1/keys/${old.key_id}/rotate`, {});
  const body = JSON.stringify({ key: created.key });
  const cookieIn = ({ headers: { 'set-cookie': [set = ''] = [] } }: Answer) => [/=([^;]*)/.exec(set)?.[1] ?? ''];
  const signedIn = await server.sendAndHide(
    { method: 'POST', path: '/api/v1/session', body, headers: JSON_TYPE },
    cookieIn,
  );
  const session = canaries.add('a session', cookieIn(signedIn)[0] ?? '');
  const token = await signToken(signing, Date.now(), { claims: { holdfast_role: 'service', holdfast_subject: null } });
  const forged = await signToken(await createSigningKey('k1'), Date.now());
  const unknownKey = await signToken(await createSigningKey('unknown'), Date.now());
  for (const [name, text] of Object.entries({ token, forged, unknownKey })) {
    canaries.add(`the signature of ${name}`, text.slice(text.lastIndexOf('.') + 1));
  }
  const noKey = `hf_${'0'.repeat(20)}_${canaries.create('an unknown key').slice(0, 42)}A`;
  const wrongSecret = `${created.key.slice(0, 24)}${canaries.create('a wrong secret').slice(0, 42)}A`;
  jwks.answer = (response) => response.writeHead(500).end();
  return [
    ...[operatorKey, created.key, old.key, rotated, token].map(bearer),
    cookie(session),
    ...[forged, unknownKey, noKey, wrongSecret, canaries.create('a wrong text')].map(bearer),
    cookie(canaries.create('a wrong session')),
  ];
}

function secretOf(key: string): string {
  return key.slice(key.indexOf('_', 3) + 1);
}

/** Requests that present a credential where it belongs, and by mistake at every other place. */
function requestsWith({ text, headers }: Presented): Sent[] {
  const json = { ...headers, ...JSON_TYPE };
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
  const wrongHeaders: Record<string, string>[] = [
    { authorization: text },
    { authorization: `bearer  ${text}` },
    { authorization: `Bearer "${text}"` },
    { authorization: `Bearer ${text}, ${text}` },
    { authorization: `Token ${text}` },
    { authorization: `Bearer${text}` },
    basic(`operator:${text}`),
    basic(`${text}:`),
    { cookie: `hf_session="${text}"` },
    { cookie: `hf_session=${text}; hf_session=${text}` },
    { cookie: `token=${text}` },
    { 'x-api-key': text },
    { 'proxy-authorization': `Bearer ${text}` },
    { referer: `https://shop.example/?key=${text}` },
    { origin: `https://${text.slice(0, 60).toLowerCase()}.example` },
    { 'user-agent': text },
    { 'x-request-id': text },
    { traceparent: text },
    { 'x-forwarded-for': text },
    { forwarded: `for=${text}` },
    { 'last-event-id': text },
    { 'if-none-match': `"${text}"` },
    { accept: text },
    { 'accept-encoding': text },
    { range: text },
  ];
  const wrongQueries = ['key', 'access_token', 'api_key', 'client_id', 'cursor', 'limit', 'at', 'as_of', text];
  const wrongPaths = [
    `/${text}`,
    `/api/v1/keys/${text}`,
    `/api/v1/clients/${text}`,
    `/api/v1/slots/${text}`,
    `/vehicles/${text}/timestamp/2030-01-01T00:00:00Z`,
    `/vehicles/1/timestamp/${text}`,
    `/assets/${text}.js`,
    `/docs/${text}`,
    `/test/${text}`,
  ];
  const wrongBodies = [
    { name: 'a key', role: 'viewer', key: text },
    { name: 'a key', role: text },
    { name: [text], role: 'viewer' },
    { name: 'a key', role: 'client', subject: text },
    { name: 'a key', role: 'viewer', expires_at: text },
    { name: 'a key', role: 'viewer', [text]: 1 },
    { client_id: text, slot_id: text },
    { first_name: 'A', last_name: 'B', time_zone: text },
    { ranges: [{ start_time: text, end_time: text }] },
    text,
  ].map((body) => JSON.stringify(body));
  const malformed = [`{"key": ${text}}`, `{"key": "${text}`, `${text}`, `{"key": "${text}"}}`];
  const writes = ['/api/v1/keys', '/api/v1/reservations', '/api/v1/clients', '/api/v1/providers/1/availability'];
  const post = (path: string, body: string, type: Record<string, string> = JSON_TYPE): Sent => ({
    ...{ method: 'POST', path, body, headers: { ...headers, ...type } },
  });
  return [
    ...[
      '/api/v1/whoami',
      STATE_PATH,
      STATE_PATH,
      '/metrics',
      '/api/v1/keys',
      '/api/v1/clients',
      '/nowhere',
      '/test',
    ].map((path) => ({ path, headers })),
    ...['/openapi.json', '/docs', '/', '/healthz', '/readyz', '/api/v1/sync/status'].map((path) => ({ path, headers })),
    ...['DELETE', 'PUT', 'OPTIONS', 'HEAD'].map((method) => ({ method, path: '/api/v1/whoami', headers })),
    ...wrongHeaders.flatMap((wrong) =>
      ['/api/v1/whoami', STATE_PATH, '/test'].map((path) => ({ path, headers: wrong })),
    ),
    ...wrongHeaders.map((wrong) => ({ path: '/api/v1/clients', headers: { ...headers, ...wrong } })),
    ...wrongQueries.flatMap((name) =>
      ['/api/v1/clients', '/api/v1/reservations/1', '/nowhere', '/api/v1/events', STATE_PATH].map((path) => ({
        ...{ path: `${path}?${name}=${text}`, headers },
      })),
    ),
    ...wrongPaths.flatMap((path) => ['GET', 'POST', 'DELETE'].map((method) => ({ method, path, headers }))),
    ...writes.flatMap((path) => [...wrongBodies, ...malformed].map((body) => post(path, body))),
    ...[...wrongBodies, ...malformed].map((body) => ({ ...post('/api/v1/keys', body), headers: JSON_TYPE })),
    post('/api/v1/keys', `key=${text}`, FORM_TYPE),
    post('/api/v1/keys', text, { 'content-type': text }),
    post('/api/v1/keys', '{}', { ...json, 'content-encoding': text }),
    post('/api/v1/keys', '{"name":"a key","role":"client","subject":1000000}', { ...json, 'idempotency-key': text }),
    // Not with a valid key, which would sign in once more.
    ...[`${text}x`, [text], { key: text }, 'x'.repeat(5_000) + text].map((key) =>
      post('/api/v1/session', JSON.stringify({ key })),
    ),
    post('/api/v1/session', `{"key":"${text}`),
    {
      method: 'OPTIONS',
      path: '/api/v1/keys',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': text.slice(0, 200),
      },
    },
  ];
}

/** Requests that no client library sends. */
function bytesWith({ text }: Presented): string[] {
  const head = `Host: x\r\nAuthorization: Bearer ${text}\r\n`;
  return [
    `GET http://operator:${text}@127.0.0.1/api/v1/whoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    `GET /api/v1/whoami HTTP/1.1\r\n${head}Bad Header\r\n\r\n`,
    `GET /api/v1/whoami?${text}%ff HTTP/1.1\r\n${head}Connection: close\r\n\r\n`,
    `GET /%${text} HTTP/1.1\r\n${head}Connection: close\r\n\r\n`,
    `${text}\r\n\r\n`,
    `CONNECT ${text}:443 HTTP/1.1\r\n${head}\r\n`,
    `POST /api/v1/keys HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: x\r\n\r\n{}`,
    `GET /api/v1/whoami HTTP/1.1\r\n${head}X: ${text.padEnd(40_000, 'x')}\r\n\r\n`,
    `POST /api/v1/keys HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 9\r\nExpect: ${text}\r\n\r\n{"key":1}`,
  ];
}

/** Lets everything fail that the server depends on, while credentials keep coming. */
async function sendWhileServicesFail(
  server: RecordedServer,
  place: Place,
  credentials: readonly Presented[],
  redis: { kill(): Promise<void> } | undefined,
): Promise<void> {
  await redis?.kill();
  const some = credentials.flatMap((each) => [
    { path: '/api/v1/whoami', headers: each.headers },
    { path: '/api/v1/clients', headers: each.headers },
    { method: 'POST', path: '/api/v1/session', headers: JSON_TYPE, body: JSON.stringify({ key: `${each.text}x` }) },
    {
      method: 'POST',
      path: '/api/v1/keys',
      headers: { ...each.headers, ...JSON_TYPE },
      body: '{"name":"x","role":"viewer"}',
    },
  ]);
  if (place.proxy === undefined) return;
  await using database = await place.open();
  // Tables that are gone cause errors that the server does not know.
  await database.transaction((tx) => sql`alter table access_key rename to gone`.execute(tx));
  await database.transaction((tx) => sql`alter table client rename to gone_too`.execute(tx));
  for (const each of some) await server.send(each);
  await database.transaction((tx) => sql`alter table gone rename to access_key`.execute(tx));
  await database.transaction((tx) => sql`alter table gone_too rename to client`.execute(tx));
  place.proxy.refuse();
  for (const each of some) await server.send(each);
  place.proxy.accept();
}

describe.each([
  ['postgres', openPostgresPlace],
  ['pglite', openEmbeddedPlace],
] as const)('secrets (%s)', (kind, openPlace) => {
  const skips = kind === 'postgres' && inject('postgresUrl') === undefined;

  it.skipIf(skips)(
    'no secret reaches a log, an answer, a metric, an event or a table',
    { timeout: 120_000 },
    async () => {
      const canaries = new Canaries();
      await using place = await openPlace(canaries);
      await using surroundings = await openSurroundings(canaries);
      const { supplier, redis, env } = surroundings;
      const operatorKey = env.HOLDFAST_OPERATOR_KEY;
      const injected = new Canaries();
      const name = injected.create('a name');
      const server = await startRecordedServer({ ...env, ...place.env });
      const { traces } = server;
      try {
        await until('the supplier has refused a pull', () => supplier.requests.length > 0);
        const operator = { ...bearer(operatorKey).headers, ...JSON_TYPE };
        await server.listen(operator);
        const create = (path: string, body: object) =>
          server.send({ method: 'POST', path, headers: operator, body: JSON.stringify(body) });
        expect((await create('/vehicles', VEHICLE)).status).toBe(201);
        expect((await create('/api/v1/providers', { first_name: name, last_name: 'B' })).status).toBe(201);
        await server.send({ path: `/${name.slice(0, 20)}` });
        await exerciseWebhook(server, canaries, bearer(operatorKey), 'https://shop.invalid/hooks');
        const credentials = await makeCredentials(server, canaries, operatorKey, surroundings);
        for (const each of credentials) {
          for (const sent of requestsWith(each)) await server.send(sent);
          for (const bytes of bytesWith(each)) await server.sendBytes(bytes);
        }
        await server.send({ path: '/metrics', headers: operator });
        await sendWhileServicesFail(server, place, credentials, redis);
        const keyOf = credentials[1]?.headers ?? {};
        await expect.poll(async () => (await server.send({ path: '/api/v1/whoami', headers: keyOf })).status).toBe(200);
        await server.send({ path: '/metrics', headers: operator });
      } finally {
        await server[Symbol.asyncDispose]();
      }
      await using database = await place.open();
      const { tables, text } = await dumpTables(database);
      traces.database = text;
      for (const where of PLACES) expect([where, canaries.findIn(traces[where])]).toEqual([where, []]);

      // Controls: every place was looked at, and a secret in it is found, as what the server has been given to show is.
      expect(Math.min(...PLACES.map((where) => traces[where].length))).toBeGreaterThan(0);
      for (const where of ['log', 'answers', 'database'] as const)
        expect(injected.findIn(traces[where])).toEqual(['a name']);
      for (const [at, where] of PLACES.entries()) {
        const spelling = spellingsOf(operatorKey)[at];
        expect([where, canaries.findIn(`${traces[where]}${spelling}`)]).toEqual([where, ['the operator key']]);
      }
      expect([...server.statuses.keys()]).toEqual(
        expect.arrayContaining([200, 201, 204, 400, 401, 403, 404, 405, 415]),
      );
      if (kind === 'postgres') expect([...server.statuses.keys()]).toEqual(expect.arrayContaining([500, 503]));
      const bytes = PLACES.map((where) => `${where} ${traces[where].length}`).join(', ');
      process.stdout.write(`secrets (${kind}): ${server.requests} requests, ${tables} tables, characters: ${bytes}\n`);
    },
  );
});

/** A spelling of a secret for each place: one shows only a piece. */
function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    secret.slice(10, 30),
    Buffer.from(`operator:${secret}`).toString('base64'),
    `\\x${bytes.toString('hex')}`,
    JSON.stringify(bytes),
  ];
}
