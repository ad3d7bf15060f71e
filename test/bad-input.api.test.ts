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
  formatViolatingCase,
  plain,
  prepareWorld,
  type RunResult,
  readSurface,
  runCases,
  type Send,
} from './support/requests/bad-input-run.ts';
import {
  MALFORMED_REQUESTS,
  type MalformedRequest,
  malformedRequestViolations,
} from './support/requests/malformed-requests.ts';
import { injectInto } from './support/requests/senders.ts';
import { ANSWER_WITHIN_MS } from './support/server/contract.ts';

/** `npm run fuzz` uses other seeds. These cases stay the same until a route or the generator changes. */
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

  it(`${CASES} cases over all routes are answered as the contract says, and never with a 5xx`, async () => {
    const send = injectInto(app);
    const routes = await readSurface(send);
    const world = await prepareWorld(send, routes, SEED);
    const result = await runCases({ seed: SEED, cases: CASES, concurrency: 4, routes, world, send });
    expect(result.violatingCases.map((each) => formatViolatingCase(SEED, each)).join('\n')).toBe('');
    // A run whose requests are all refused at first would prove little.
    for (const status of ['200', '201', '400', '403', '404', '405', '413', '415', '422']) {
      expect(result.byStatus.get(status), status).toBeGreaterThan(0);
    }
    // The random times of a run meet few conflicts, so those of the requests that fill the world count too.
    const conflicts = (world.byStatus.get('409') ?? 0) + (result.byStatus.get('409') ?? 0);
    expect(conflicts).toBeGreaterThan(0);
    expect(await brokenInvariants(opened.database)).toEqual([]);
    await expectHealthy(send);
  }, 60_000);

  describe('over a socket', () => {
    let port: number;
    beforeAll(async () => {
      await app.listen({ host: '127.0.0.1', port: 0 });
      port = (app.server.address() as AddressInfo).port;
    });

    it.each(MALFORMED_REQUESTS)('raw bytes ($name) get the expected answers', async (request: MalformedRequest) => {
      expect(await malformedRequestViolations(port, request, ANSWER_WITHIN_MS)).toEqual([]);
    });
  });

  it('a broken invariant of the tables is found', async () => {
    const rollback = new Error('rolled back on purpose');
    const checked = opened.database.transaction(async (tx) => {
      await sql`insert into slot (starts_at, ends_at, capacity, claimed)
        values ('2030-01-01', '2030-01-02', 5, 3)`.execute(tx);
      const broken = await brokenInvariants({ ...opened.database, read: (work) => work(tx) });
      expect(broken).toEqual(['1 slots whose claimed units are not the sum of their live reservations']);
      throw rollback;
    });
    await expect(checked).rejects.toBe(rollback);
  });
});

async function expectHealthy(send: Send): Promise<void> {
  const answer = await send(plain('POST', '/client/create', { first_name: 'Ann', last_name: 'Lee' }));
  expect([answer.status, (await send(plain('GET', '/readyz'))).status]).toEqual([201, 200]);
}

describe('the search with bad input', () => {
  it.each([
    [
      'throws',
      () => {
        throw new TypeError('Cannot read properties of undefined');
      },
      'status 500',
    ],
    ['answers a page', () => '<h1>Oops</h1>', 'a 200 that is not JSON'],
    ['accepts anything as an id', () => ({ ok: true }), '200 where only 400 is allowed'],
  ])('finds a route that %s', async (_what, handler, violation) => {
    const result = await search((app) => {
      app.get('/injected/:id', { schema: { params: ID_PARAMS } }, handler);
    });
    expect(result.violatingCases.flatMap(({ violations }) => violations)).toContain(violation);
  });

  it('finds a route that answers an error with a page', async () => {
    const result = await search((app) => {
      app.get('/injected/:id', { schema: { params: ID_PARAMS } }, (_request, reply) =>
        reply.code(404).type('text/html').send('<h1>Not here</h1>'),
      );
    });
    expect(result.violatingCases.flatMap(({ violations }) => violations)).toContain('an error of type text/html');
  });

  it('finds a route that never answers', async () => {
    const result = await search((app) => {
      app.get('/injected/:id', { schema: { params: ID_PARAMS } }, () => new Promise(() => {}));
    }, 100);
    expect(result.violatingCases[0]?.violations[0]).toMatch(/^no answer/);
  });

  it('finds a route that stores another text than the one that was sent', async () => {
    const body = { type: 'object', properties: { first_name: { type: 'string' } } };
    const result = await search((app) => {
      app.post('/injected', { schema: { body } }, (request, reply) => {
        const { first_name } = request.body as { first_name: string };
        return reply.code(201).send({ first_name: `${first_name}\ufffd` });
      });
    });
    expect(result.violatingCases.flatMap(({ violations }) => violations)).toContain(
      'another text in first_name than the one that was sent',
    );
  });

  it('finds nothing in a route that keeps the contract', async () => {
    const result = await search((app) => {
      app.get('/injected', { schema: {} }, async () => ({ ok: true }));
    });
    expect(result.violatingCases).toEqual([]);
  });
});

/** The schema of an id as OpenAPI shows it, without anything that checks it. */
const ID_PARAMS = { type: 'object', required: ['id'], properties: { id: { type: 'string', 'x-integer': 50 } } };

/** Sends a few hundred cases to a server that has only the routes of a test. */
async function search(addRoutes: (app: HttpServer) => void, withinMs = ANSWER_WITHIN_MS): Promise<RunResult> {
  const app = await createServer(createLogger('silent'), {
    title: 'Injected',
    version: '0',
    description: '',
    tags: [],
  });
  addRoutes(app);
  app.closeRoutes();
  const send = withinTime(injectInto(app), withinMs);
  const routes = await readSurface(send);
  const world = { ids: new Map<string, number[]>(), todayMs: 0 };
  return runCases({ seed: SEED, cases: 300, concurrency: 8, routes, world, send });
}

function withinTime(send: Send, ms: number): Send {
  return (request) => {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    return Promise.race([send(request), promise]).finally(() => clearTimeout(timer));
  };
}
