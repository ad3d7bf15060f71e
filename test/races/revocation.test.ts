import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import { onPostgres } from '../support/database/test-database.ts';
import { INSTANCE, type Instances, openInstances } from '../support/server/instances.ts';
import { asOperator, makeKey, OPERATOR_KEY } from '../support/server/principals.ts';
import { signIn } from '../support/server/session.ts';
import {
  dropNotifications,
  feedOrPool,
  openProxy,
  type TcpProxy,
  targetOf,
  through,
} from '../support/server/tcp-proxy.ts';

const INSTANCES = 3;
/** Within this time of the answer to a revocation every instance refuses the key. */
const WITHIN_MS = 1_000;
const ENV = { AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY, RATE_LIMIT: 'off', RATE_LIMIT_ANONYMOUS: 'off' };
/** A route that answers from memory without the framework, and one that does not. */
const PATHS = ['/vehicles/1/timestamp/2030-01-01T00:00:00Z', '/api/v1/whoami'];

/** One request: when it was sent, by `performance.now()`, its status, and whether the fast path answered it. */
interface Sent {
  readonly instance: number;
  readonly startedMs: number;
  readonly status: number;
  readonly isFast: boolean;
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
  const agent = new Agent({ keepAlive: true });
  const loop = async (app: HttpServer, instance: number, path: string) => {
    const { port } = app.server.address() as AddressInfo;
    while (!isOver()) {
      const startedMs = performance.now();
      const request = get({ host: '127.0.0.1', port, path, headers, agent });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
      sent.push({ instance, startedMs, status: response.statusCode ?? 0, isFast: isFast(response) });
    }
  };
  await Promise.all(instances.apps.flatMap((app, at) => PATHS.map((path) => loop(app, at, path))));
  agent.destroy();
}

/** Node puts its own headers, such as Keep-Alive, after all others; the fast path puts the length of the body last. */
function isFast({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.at(-2)?.toLowerCase() === 'content-length';
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

interface Revocation {
  readonly sent: readonly Sent[];
  readonly revokedMs: number;
}

/** Prints for each instance when it refused the key first and when it served it last, after the answer to the revocation. */
function report(title: string, { sent, revokedMs }: Revocation): void {
  const after = (each: Sent | undefined) => (each ? `${(each.startedMs - revokedMs).toFixed(1)} ms` : 'never');
  const lines = Array.from({ length: INSTANCES }, (_, instance) => {
    const own = sent.filter((each) => each.instance === instance).sort((a, b) => a.startedMs - b.startedMs);
    const first = after(own.find(({ status }) => status === 401));
    const last = after(own.findLast(({ status }) => status === 200));
    return `  instance ${instance + 1}: first 401 ${first}, last 200 ${last}, ${own.length} requests, ${fastOf(own)} fast\n`;
  });
  process.stdout.write(`revocation, ${title}\n${lines.join('')}`);
}

function fastOf(sent: readonly Sent[], instance?: number): number {
  return sent.filter((each) => each.isFast && (instance === undefined || each.instance === instance)).length;
}

/** The requests that were served although they were sent too long after the revocation. */
function servedTooLate({ sent, revokedMs }: Revocation): Sent[] {
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

  interface ProxyOptions {
    /** The number of instances that reach PostgreSQL through the proxy: the last ones. */
    readonly count?: number;
    /** Runs before they start. */
    readonly atStart?: (proxy: TcpProxy) => void;
    /** Whether their change feeds lose every notification. */
    readonly losesNotifications?: () => boolean;
  }

  async function withProxy<T>(
    use: (instances: Instances, proxy: TcpProxy) => Promise<T>,
    { count = INSTANCES - 1, atStart = () => {}, losesNotifications = () => false }: ProxyOptions = {},
  ): Promise<T> {
    const { url = '', database, clock } = open();
    const createFilter = () => dropNotifications(losesNotifications);
    await using proxy = await openProxy(targetOf(url, 5432), feedOrPool, createFilter);
    await using first = await openInstances(open(), INSTANCES - count, undefined, ENV);
    atStart(proxy);
    const target = { url: through(url, proxy), database, clock, async [Symbol.asyncDispose]() {} };
    await using others = await openInstances(target, count, undefined, ENV);
    const apps = [...first.apps, ...others.apps];
    const instances: Instances = { apps, at: () => first.at(0), async [Symbol.asyncDispose]() {} };
    await prepare(instances);
    return await use(instances, proxy);
  }

  describe.each([
    ['a key', asKey],
    ['a session', asSession],
  ])('sent as %s', (credential, present) => {
    /** The fast path takes keys only, and only while the change feed is connected. */
    const expectFast = ({ sent }: Revocation, expected: readonly boolean[]) => {
      const isExpected = expected.map((each) => each && present === asKey);
      expect(expected.map((_, instance) => fastOf(sent, instance) > 0)).toEqual(isExpected);
    };

    it('no request that is sent a second after the revocation is served', async () => {
      const result = await withInstances((instances) => revokeUnderLoad(instances, present));
      report(`sent as ${credential}`, result);
      expect(servedTooLate(result)).toEqual([]);
      expectFast(result, [true, true, true]);
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
      report(`sent as ${credential}, the feeds of instances 2 and 3 are silent`, result);
      expect(servedTooLate(result)).toEqual([]);
    });

    it('the same holds for an instance whose change feed never connects, while those of the others do', async () => {
      const result = await withProxy((instances) => revokeUnderLoad(instances, present), {
        count: 1,
        atStart: (proxy) => proxy.refuse('feed'),
      });
      report(`sent as ${credential}, the feed of instance 3 is cut`, result);
      expect(servedTooLate(result)).toEqual([]);
      expectFast(result, [true, true, false]);
    });
  });

  it('control: an instance whose feed is connected and loses the message serves a key too late, from memory', async () => {
    let isLying = false;
    const result = await withProxy(
      (instances) =>
        revokeUnderLoad(instances, asKey, async () => {
          isLying = true;
        }),
      { count: 1, losesNotifications: () => isLying },
    );
    report('control: the feed of instance 3 loses the message', result);
    const late = servedTooLate(result);
    expect(new Set(late.map(({ instance }) => instance))).toEqual(new Set([INSTANCES - 1]));
    expect(fastOf(late)).toBeGreaterThan(0);
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

/** Breaks the change feeds of all instances under test. */
async function cutFeeds(database: Database): Promise<void> {
  const { rows } = await database.read((reader) =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = ${`${INSTANCE} feed`}`.execute(reader),
  );
  expect(rows).toHaveLength(INSTANCES);
}
