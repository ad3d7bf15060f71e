import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import { onPostgres } from '../support/database/test-database.ts';
import { type Instances, openInstances } from '../support/server/instances.ts';
import { asOperator, makeKey, OPERATOR_KEY } from '../support/server/principals.ts';

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

/** Sends requests with a key to all instances, one after another on each path, until `isOver`. Adds them to `sent`. */
async function sendUntil(instances: Instances, key: string, sent: Sent[], isOver: () => boolean): Promise<void> {
  const headers = { authorization: `Bearer ${key}` };
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
 * Revokes a key while three instances serve requests with it.
 *
 * @param atRevocation runs just before the key is revoked
 * @returns the requests, and when the revocation was answered
 */
async function revokeUnderLoad(instances: Instances, atRevocation: () => Promise<unknown> = async () => {}) {
  const [app] = instances.apps;
  if (!app) throw new Error('there is no instance');
  const { key, key_id } = await makeKey(app, 'service');
  let endsAtMs = Number.POSITIVE_INFINITY;
  const sent: Sent[] = [];
  const sending = sendUntil(instances, key, sent, () => performance.now() > endsAtMs);
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
  async function withInstances<T>(use: (instances: Instances) => Promise<T>): Promise<T> {
    await using instances = await openInstances(open(), INSTANCES, undefined, ENV);
    const operator = asOperator(instances.at(0));
    const vehicle = { make: 'AUDI', model: 'A4', state: 'selling', timestamp: '2029-01-01T00:00:00Z' };
    expect((await operator('POST', '/vehicles', vehicle)).status).toBe(201);
    for (const app of instances.apps) await app.listen({ port: 0, host: '127.0.0.1' });
    return await use(instances);
  }

  it('no request that is sent a second after the revocation is served', async () => {
    const result = await withInstances((instances) => revokeUnderLoad(instances));
    expect(servedTooLate(result)).toEqual([]);
  });

  it('the same holds while the change feeds of all instances break', async () => {
    const cut = () => cutFeeds(open().database);
    const result = await withInstances((instances) => revokeUnderLoad(instances, cut));
    expect(servedTooLate(result)).toEqual([]);
  });

  it('control: without the announcement of changes a key is served too late', async () => {
    const { database } = open();
    const result = await withInstances((instances) =>
      revokeUnderLoad(instances, () =>
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
