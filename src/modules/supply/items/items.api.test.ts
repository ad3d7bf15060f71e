import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { type Answered, ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import { type SuppliedSlot, storePartition, suppliedItem } from '../../../../test/support/supply/stored-partitions.ts';
import { NOWHERE, supplierAt } from '../../../../test/support/supply/supplier-at.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import type { Adapter } from '../adapters/adapter.ts';
import { EVERYTHING } from '../supplier/partition.ts';
import type { Supplier } from '../supplier/supplier.ts';

const NOW = '2026-12-20T08:00:00Z';
/** The bound of what this server knows about its own pulls. */
const OWN_MAX_AGE_S = 60;
const NO_NOTICE = { MIN_NOTICE: '0s', MIN_NOTICE_GRACE: '0s' };

function venue(id: string): Supplier {
  return supplierAt(NOWHERE, 'snapshot', { id, pullLimits: [{ pulls: 1, windowMs: 3_600_000 }] });
}

interface ItemsBody {
  readonly items: readonly { readonly item_id: number; readonly name: string; readonly remaining: number }[];
}

const named = (answer: Answered) => (answer.body as ItemsBody).items.map(({ name, remaining }) => [name, remaining]);

eachDatabase('item routes', (open) => {
  const apps: HttpServer[] = [];
  let client_id: number;
  beforeAll(async () => {
    await open().clock.freeze(NOW);
    const app = await start('opera');
    const client = await ask(app, 'POST', '/api/v1/clients', { first_name: 'Jane', last_name: 'Doe' });
    client_id = (client.body as { client_id: number }).client_id;
  });
  beforeEach(() => open().clock.freeze(NOW));
  afterAll(() => Promise.all(apps.map((app) => app.close())));

  async function start(...ids: string[]): Promise<HttpServer> {
    return startWith({ suppliers: ids.map(venue) });
  }
  async function startWith(variations: Parameters<typeof openTestApp>[2]): Promise<HttpServer> {
    const app = await openTestApp(open().database, NO_NOTICE, variations);
    apps.push(app);
    return app;
  }
  const list = (app: HttpServer, headers = {}) => ask(app, 'GET', '/api/items', undefined, headers);
  const store = (
    supplierId: string,
    observedAt: string,
    slots: readonly SuppliedSlot[],
    absence: Adapter['absence'] = 'gone',
  ) => storePartition(open().database, { supplierId, partition: EVERYTHING, observedAt, slots, absence });

  it('items of all suppliers that can be booked answer in the fixed shape, by start', async () => {
    const app = await start('museum', 'theatre');
    await store('museum', '2026-12-20T07:30:00Z', [
      suppliedItem(1, 'Late', '2026-12-31T10:00:00Z', 2),
      suppliedItem(2, 'Sold out', '2026-12-30T10:00:00Z', 0),
      suppliedItem(3, 'Begun', NOW, 5),
    ]);
    await store('theatre', '2026-12-20T07:45:00Z', [suppliedItem('a', 'Early', '2026-12-30T10:00:00Z', 1)]);
    const answer = await list(app);
    const items = (answer.body as ItemsBody).items.map(({ item_id }) => item_id);
    const written = (id: number | undefined, name: string, day: number, remaining: number) =>
      `{"item_id":${id},"name":"${name}","starts_at":"2026-12-${day}T10:00:00Z","ends_at":"2026-12-${day}T11:00:00Z",` +
      `"remaining":${remaining},"price":{"amount":12.5,"currency":"EUR"}}`;
    expect(answer.text).toBe(
      `{"items":[${written(items[0], 'Early', 30, 1)},${written(items[1], 'Late', 31, 2)}],` +
        `"observed_at":"2026-12-20T07:30:00Z","next_pull_at":"2026-12-20T08:00:00Z"}`,
    );
    expect(answer.headers).toMatchObject({ age: '1800', 'cache-control': 'max-age=3600, no-cache' });
    const unchanged = await list(app, { 'if-none-match': String(answer.headers.etag) });
    expect([unchanged.status, unchanged.headers['cache-status']]).toEqual([304, 'Holdfast; hit; ttl=1800']);
    expect((await ask(app, 'GET', '/api/status')).body).toEqual({
      lastFetchedTime: '2026-12-20T07:30:00Z',
      nextFetchTime: '2026-12-20T08:00:00Z',
    });
  });

  it('an item whose last unit is held disappears at once, and returns at the instant the hold expires', async () => {
    const app = await start('cinema');
    await store('cinema', NOW, [
      suppliedItem(1, 'Film', '2026-12-30T10:00:00Z', 1),
      suppliedItem(2, 'Other', '2026-12-30T11:00:00Z', 3),
    ]);
    const [film] = ((await list(app)).body as ItemsBody).items;
    const held = await ask(app, 'POST', '/api/v1/reservations', { client_id, slot_id: film?.item_id });
    expect(held.status, held.text).toBe(201);
    expect(named(await list(app))).toEqual([['Other', 3]]);
    await open().clock.freeze('2026-12-20T08:30:00Z');
    expect(named(await list(app))).toEqual([
      ['Film', 1],
      ['Other', 3],
    ]);
    await store('cinema', '2026-12-20T08:25:00Z', [suppliedItem(2, 'Other', '2026-12-30T11:00:00Z', 3)]);
    expect(named(await list(app))).toEqual([['Other', 3]]);
  });

  it('a request before the first pull waits, and is answered as soon as the pull is stored', async () => {
    const app = await start('circus');
    const waiting = list(app);
    await store('circus', NOW, [suppliedItem(1, 'Clowns', '2026-12-30T10:00:00Z', 1)]);
    expect(named(await waiting)).toEqual([['Clowns', 1]]);
  });

  it('a request before the first pull answers 503 after a while, with the time of the next pull', async () => {
    const app = await startWith({ suppliers: [venue('planetarium')], firstAnswerWithinMs: 50 });
    await open().database.transaction((tx) =>
      sql`update supplier set blocked_until = '2026-12-20T08:10:00Z' where id = 'planetarium'`.execute(tx),
    );
    const answer = await list(app);
    expect(answer.body).toMatchObject({ status: 503, type: 'urn:holdfast:problem:not-observed-yet' });
    expect(answer.headers['retry-after']).toBe('600');
    const status = await ask(app, 'GET', '/api/status');
    expect(status.body).toEqual({ lastFetchedTime: null, nextFetchTime: '2026-12-20T08:10:00Z' });
    expect(Number(status.headers.age)).toBeLessThanOrEqual(OWN_MAX_AGE_S);
  });

  it('the status of pulls is answered from memory, with the age of our own data', async () => {
    const app = await start('gallery');
    await store('gallery', '2026-12-20T07:30:00Z', [suppliedItem(1, 'Etching', '2026-12-30T10:00:00Z', 1)]);
    const status = (headers = {}) => ask(app, 'GET', '/api/status', undefined, headers);
    const first = await status();
    expect(first.headers).toMatchObject({
      age: expect.stringMatching(/^\d+$/),
      'cache-control': 'no-cache',
      'cache-status': expect.stringMatching(/^Holdfast; fwd=miss; ttl=[01]$/),
    });
    // The supplier's data is older, and the list has that age.
    expect(Number(first.headers.age)).toBeLessThanOrEqual(OWN_MAX_AGE_S);
    expect(Number((await list(app)).headers.age)).toBeGreaterThanOrEqual(1_800);

    const unchanged = await status({ 'if-none-match': String(first.headers.etag) });
    expect([unchanged.status, unchanged.text]).toEqual([304, '']);
    expect(unchanged.headers['cache-status']).toMatch(/^Holdfast; (hit|fwd=stale); ttl=[01]$/);
    const revalidated = await status({ 'cache-control': 'no-cache' });
    expect(revalidated.headers['cache-status']).toMatch(/^Holdfast; fwd=request; ttl=[01]$/);
    expect(revalidated.text).toBe(first.text);
  });

  it('the list is empty if no supplier of items is configured', async () => {
    const answer = await list(await start());
    expect(answer.body).toEqual({ items: [], observed_at: null, next_pull_at: null });
  });
});
