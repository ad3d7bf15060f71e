import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeApp } from '../src/compose/compose-app.ts';
import { readConfig } from '../src/config/config.ts';
import type { HttpServer } from '../src/platform/http/http-server.ts';
import { createServer } from '../src/platform/http/server/create-server.ts';
import { createLogger } from '../src/platform/logger.ts';
import { brokenInvariants } from './support/database/stored-invariants.ts';
import { openTestDatabase, type TestDatabase } from './support/database/test-database.ts';
import {
  plain,
  prepareWorld,
  type RunResult,
  readSurface,
  runCases,
  type Send,
  tellViolation,
} from './support/requests/bad-input-run.ts';
import { brokenByAttack, RAW_ATTACKS, type RawAttack } from './support/requests/malformed-requests.ts';
import { injectInto } from './support/requests/senders.ts';
import { ANSWER_WITHIN_MS } from './support/server/contract.ts';

/** The long run takes other seeds; these cases stay the same until a route or the generator changes. */
const SEED = 20_261_121;
const CASES = 2_000;

describe('bad input', () => {
  let opened: TestDatabase;
  let app: HttpServer;

  beforeAll(async () => {
    opened = await openTestDatabase('pglite');
    const config = readConfig({ HOLDFAST_DATA_DIR: 'memory:' });
    ({ app } = await composeApp(config, opened.database, createLogger('silent'), '0.0.0'));
  });
  afterAll(async () => {
    await app.close();
    await opened[Symbol.asyncDispose]();
  });

  it(`gets an answer of the contract's shape, never a 5xx: ${CASES} cases over every route there is`, async () => {
    const send = injectInto(app);
    const routes = await readSurface(send);
    const world = await prepareWorld(send, routes, SEED);
    const result = await runCases({ seed: SEED, cases: CASES, concurrency: 4, routes, world, send });
    expect(result.violations.map((each) => tellViolation(SEED, each)).join('\n')).toBe('');
    // A run that is refused everywhere at the door would prove little.
    for (const status of ['200', '201', '400', '403', '404', '405', '409', '413', '415', '422']) {
      expect(result.byStatus.get(status), status).toBeGreaterThan(0);
    }
    expect(await brokenInvariants(opened.database)).toEqual([]);
    await expectHealthy(send);
  }, 60_000);

  describe('over a socket', () => {
    let port: number;
    beforeAll(async () => {
      await app.listen({ host: '127.0.0.1', port: 0 });
      port = (app.server.address() as AddressInfo).port;
    });

    it.each(RAW_ATTACKS)('$name', async (attack: RawAttack) => {
      expect(await brokenByAttack(port, attack, ANSWER_WITHIN_MS)).toEqual([]);
    });
  });

  it('is told when the tables break an invariant', async () => {
    const rollback = new Error('enough seen');
    const seen = opened.database.transaction(async (tx) => {
      await sql`insert into slot (starts_at, ends_at, capacity, claimed)
        values ('2030-01-01', '2030-01-02', 5, 3)`.execute(tx);
      const broken = await brokenInvariants({ ...opened.database, read: (work) => work(tx) });
      expect(broken).toEqual(['1 slots whose claimed units are not the sum of their live reservations']);
      throw rollback;
    });
    await expect(seen).rejects.toBe(rollback);
  });
});

async function expectHealthy(send: Send): Promise<void> {
  const answer = await send(plain('POST', '/client/create', { first_name: 'Ann', last_name: 'Lee' }));
  expect([answer.status, (await send(plain('GET', '/readyz'))).status]).toEqual([201, 200]);
}

describe('the hunt for bad input', () => {
  it.each([
    [
      'throws',
      () => {
        throw new TypeError('Cannot read properties of undefined');
      },
      'status 500',
    ],
    ['answers a page', () => '<h1>Oops</h1>', 'a 200 that is no JSON'],
    ['takes anything for an id', () => ({ ok: true }), '200 where only 400 will do'],
  ])('finds a route that %s', async (_what, handler, found) => {
    const { violations } = await hunt((app) => {
      app.get('/planted/:id', { schema: { params: ID_PARAMS } }, handler);
    });
    expect(violations.flatMap(({ broken }) => broken)).toContain(found);
  });

  it('finds an error page', async () => {
    const { violations } = await hunt((app) => {
      app.get('/planted/:id', { schema: { params: ID_PARAMS } }, (_request, reply) =>
        reply.code(404).type('text/html').send('<h1>Not here</h1>'),
      );
    });
    expect(violations.flatMap(({ broken }) => broken)).toContain('an error of type text/html');
  });

  it('finds a route that never answers', async () => {
    const { violations } = await hunt((app) => {
      app.get('/planted/:id', { schema: { params: ID_PARAMS } }, () => new Promise(() => {}));
    }, 100);
    expect(violations[0]?.broken[0]).toMatch(/^no answer/);
  });

  it('finds nothing where nothing is wrong', async () => {
    const { violations } = await hunt((app) => {
      app.get('/planted', { schema: {} }, async () => ({ ok: true }));
    });
    expect(violations).toEqual([]);
  });
});

/** An id as OpenAPI shows it, and nothing that would check it. */
const ID_PARAMS = { type: 'object', required: ['id'], properties: { id: { type: 'string', 'x-integer': 50 } } };

/** Plants routes of a test's own and sends a few hundred cases at them. */
async function hunt(plant: (app: HttpServer) => void, withinMs = ANSWER_WITHIN_MS): Promise<RunResult> {
  const app = await createServer(createLogger('silent'), { title: 'Planted', version: '0', description: '', tags: [] });
  plant(app);
  app.closeRoutes();
  const send = withinTime(injectInto(app), withinMs);
  const routes = await readSurface(send);
  const world = { ids: new Map<string, number[]>(), todayMs: 0 };
  return runCases({ seed: SEED, cases: 300, concurrency: 8, routes, world, send });
}

function withinTime(send: Send, ms: number): Send {
  return (request) => {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`nothing within ${ms} ms`)), ms);
    return Promise.race([send(request), promise]).finally(() => clearTimeout(timer));
  };
}
