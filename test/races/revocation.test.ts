import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import { onPostgres } from '../support/database/test-database.ts';
import { type Instances, openInstances } from '../support/server/instances.ts';
import { asOperator, makeKey, OPERATOR_KEY } from '../support/server/principals.ts';
import { signIn } from '../support/server/session.ts';
import { feedOrPool, openProxy, type TcpProxy, targetOf, through } from '../support/server/tcp-proxy.ts';

const INSTANCES = 3;
/** Within this time of the answer to a revocation every instance refuses the key. */
const WITHIN_MS = 1_000;
const ENV = { AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY, RATE_LIMIT: 'off', RATE_LIMIT_ANONYMOUS: 'off' };
/** A route that answers from memory without the framework, and one that does not. */
const PATHS = ['/vehicles/1/timestamp/2030-01-01T00:00:00Z', '/api/v1/whoami'];

/** One request: when it was sent, by `performance.now()`, and its status. */
interface Sent {
  readonly instance: number;
  readonly startedMs: number;
  readonly status: number;
}

/** Makes the headers that send a key, or a session of it. */
type Present = (app: HttpServer, key: string) => Promise<Record<string, string>>;

const asKey: Present = async (_app, key) => ({ authorization: `Bearer ${key}` });
const asSession: Present = signIn;

/** Sends requests with these headers to all instances, one after another on each path, until `isOver`. Adds them to `sent`. */
async function sendUntil(
  instances: Instances,
  headers: Record<string, string>,
  sent: Sent[],
  isOver: () => boolean,
): Promise<void> {
  const loop = async (app: HttpServer, instance: number, path: string) => {
    const { port } = app.server.address() as AddressInfo;
    while (!isOver()) {
      const startedMs = performance.now();
      const { status } = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      sent.push({ instance, startedMs, status });
    }
  };
  await Promise.all(instances.apps.flatMap((app, at) => PATHS.map((path) => loop(app, at, path))));
}

const SERVED_FIRST = 20;

/** Whether every instance has served so many requests that it has the key in memory. */
function haveServed(sent: readonly Sent[]): boolean {
  const served = (at: number) => sent.filter(({ instance, status }) => instance === at && status === 200).length;
  return Array.from({ length: INSTANCES }, (_, at) => served(at)).every((count) => count >= SERVED_FIRST);
}

/**
 * Revokes a key on the first of three instances while all serve requests with it.
 *
 * @param atRevocation runs just before the key is revoked
 * @returns the requests, and when the revocation was answered
 */
async function revokeUnderLoad(
  instances: Instances,
  present: Present,
  atRevocation: () => Promise<unknown> = async () => {},
) {
  const [app] = instances.apps;
  if (!app) throw new Error('there is no instance');
  const { key, key_id } = await makeKey(app, 'service');
  const headers = await present(app, key);
  let endsAtMs = Number.POSITIVE_INFINITY;
  const sent: Sent[] = [];
  const sending = sendUntil(instances, headers, sent, () => performance.now() > endsAtMs);
  while (!haveServed(sent)) await nextTurn();
  await atRevocation();
  expect((await asOperator(app)('DELETE', `/api/v1/keys/${key_id}`)).status).toBe(204);
  const revokedMs = performance.now();
  endsAtMs = revokedMs + 2 * WITHIN_MS;
  await sending;
  return { sent, revokedMs };
}

/** The requests that were served although they were sent too long after the revocation. */
function servedTooLate({ sent, revokedMs }: { sent: readonly Sent[]; revokedMs: number }): Sent[] {
  return sent.filter(({ startedMs, status }) => status !== 401 && startedMs > revokedMs + WITHIN_MS);
}

onPostgres('a revoked key on three instances', (open) => {
  async function prepare(instances: Instances): Promise<void> {
    const operator = asOperator(instances.at(0));
    const vehicle = { make: 'AUDI', model: 'A4', state: 'selling', timestamp: '2029-01-01T00:00:00Z' };
    expect((await operator('POST', '/vehicles', vehicle)).status).toBe(201);
    for (const app of instances.apps) await app.listen({ port: 0, host: '127.0.0.1' });
  }

  async function withInstances<T>(use: (instances: Instances) => Promise<T>): Promise<T> {
    await using instances = await openInstances(open(), INSTANCES, undefined, ENV);
    await prepare(instances);
    return await use(instances);
  }

  /** All instances but the first reach PostgreSQL through the proxy. */
  async function withProxy<T>(use: (instances: Instances, proxy: TcpProxy) => Promise<T>): Promise<T> {
    const { url = '', database, clock } = open();
    await using proxy = await openProxy(targetOf(url, 5432), feedOrPool);
    await using first = await openInstances(open(), 1, undefined, ENV);
    const target = { url: through(url, proxy), database, clock, async [Symbol.asyncDispose]() {} };
    await using others = await openInstances(target, INSTANCES - 1, undefined, ENV);
    const apps = [...first.apps, ...others.apps];
    const instances: Instances = { apps, at: () => first.at(0), async [Symbol.asyncDispose]() {} };
    await prepare(instances);
    return await use(instances, proxy);
  }

  describe.each([
    ['a key', asKey],
    ['a session', asSession],
  ])('sent as %s', (_, present) => {
    it('no request that is sent a second after the revocation is served', async () => {
      const result = await withInstances((instances) => revokeUnderLoad(instances, present));
      expect(servedTooLate(result)).toEqual([]);
    });

    it('the same holds while the change feeds of all instances break', async () => {
      const cut = () => cutFeeds(open().database);
      const result = await withInstances((instances) => revokeUnderLoad(instances, present, cut));
      expect(servedTooLate(result)).toEqual([]);
    });

    it('the same holds while the change feeds of the other instances are silent', async () => {
      const result = await withProxy((instances, proxy) =>
        revokeUnderLoad(instances, present, async () => proxy.freeze('feed')),
      );
      expect(servedTooLate(result)).toEqual([]);
    });
  });

  it.each([
    ['a key', asKey],
    ['a session', asSession],
  ])('control: without the announcement of changes %s is served too late', async (_, present) => {
    const { database } = open();
    const result = await withInstances((instances) =>
      revokeUnderLoad(instances, present, () =>
        database.transaction((tx) => sql`alter table access_key disable trigger announce_update`.execute(tx)),
      ),
    );
    await database.transaction((tx) => sql`alter table access_key enable trigger announce_update`.execute(tx));
    expect(servedTooLate(result).length).toBeGreaterThan(0);
  });
});

function cutFeeds(database: Database): Promise<unknown> {
  return database.read((reader) =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'holdfast feed'`.execute(reader),
  );
}
