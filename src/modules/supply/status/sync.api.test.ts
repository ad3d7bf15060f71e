import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import {
  experienceSlot,
  type SuppliedSlot,
  storePartition,
} from '../../../../test/support/supply/stored-partitions.ts';
import { NOWHERE, supplierAt } from '../../../../test/support/supply/supplier-at.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { readNextPull } from '../pulls/next-pull-store.ts';
import { pullsOf, windowsOf } from '../pulls/pull-ledger-store.ts';
import { productDate } from '../supplier/partition.ts';
import type { Supplier } from '../supplier/supplier.ts';

/** 00:30 on the 21st in Singapore. */
const NOW = '2026-12-20T16:30:00Z';
const TOURS = supplierAt(NOWHERE, 'per-date', {
  id: 'city-tours',
  pullLimits: [
    { pulls: 2, windowMs: 1_000 },
    { pulls: 3, windowMs: 60_000 },
  ],
  cadence: [
    { days: [0, 0], everyMs: 900_000 },
    { days: [1, 2], everyMs: 14_400_000 },
  ],
});
const VENUE = supplierAt(NOWHERE, 'snapshot', { id: 'venue', pullLimits: [{ pulls: 1, windowMs: 3_600_000 }] });

eachDatabase('sync routes', (open) => {
  let app: HttpServer;
  const start = () => openTestApp(open().database, {}, { suppliers: [TOURS, VENUE] });
  const run = (query: ReturnType<typeof sql>) => open().database.transaction((tx) => query.execute(tx));

  beforeAll(async () => {
    await open().clock.freeze(NOW);
    app = await start();
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await open().clock.freeze(NOW);
    await run(sql`delete from pull`);
    await run(sql`update supplier set paused = false, blocked_until = '-infinity', last_pull_at = null`);
  });

  const status = async (on = app) => (await ask(on, 'GET', '/api/v1/sync/status')).body as { suppliers: object[] };
  const post = (action: string, headers = {}) => ask(app, 'POST', `/api/v1/sync/${action}`, undefined, headers);
  /** Reserves the supplier's next pull if the limits allow it. */
  async function reserve({ id, pullLimits }: Supplier): Promise<{ outcome: string; wait_until: string | null }> {
    const { rows } = await open().database.transaction((tx) =>
      sql<{ outcome: string; wait_until: string | null }>`
        select outcome, wait_until from reserve_pull(${id}, 0, 'everything',
          ${pullsOf(pullLimits)}::integer[], ${windowsOf(pullLimits)}::interval[], interval '10 seconds')`.execute(tx),
    );
    if (!rows[0]) throw new Error('reserve_pull returned no row');
    return rows[0];
  }
  const close = () => run(sql`update pull set outcome = 'ok', open_until = holdfast_clock() where outcome is null`);

  it('GET /test answers {"hello":"world"}', async () => {
    expect((await ask(app, 'GET', '/test')).text).toBe('{"hello":"world"}');
  });

  it('the status counts partitions within their target age, by the days of the supplier’s time zone', async () => {
    // Today is the 21st there, so two products on three days are required.
    const slot = experienceSlot('a', '2026-12-21', '10:00', 1, '10');
    const store = (productId: number, date: string, observedAt: string, slots: readonly SuppliedSlot[] = []) =>
      storePartition(open().database, {
        supplierId: TOURS.id,
        partition: productDate(productId, date),
        observedAt,
        slots,
      });
    await store(14, '2026-12-21', '2026-12-20T16:15:00Z', [slot]);
    await store(15, '2026-12-21', '2026-12-20T16:14:59Z');
    await store(14, '2026-12-23', '2026-12-20T12:30:00Z');
    // Neither of these is required.
    await store(14, '2026-12-20', '2026-12-19T12:00:00Z');
    await store(15, '2026-12-24', '2026-12-19T12:00:00Z');
    await reserve(TOURS);
    const { suppliers, ...rest } = await status();
    expect(rest).toEqual({ status: 'running', now: NOW, removed: [] });
    const write_backs = { waiting: 0, parked: 0, reason: null };
    const idle = { last_error: null, last_error_at: null, write_backs, status: 'running' };
    expect(suppliers).toEqual([
      {
        ...idle,
        id: 'city-tours',
        pull_limits: ['2/1s', '3/1m'],
        pulls_in_window: 1,
        pulls_in_windows: [1, 1],
        next_pull_at: NOW,
        backlog: 4,
        done: 2,
        total: 6,
        last_pull_at: NOW,
        oldest_observed_at: '2026-12-20T12:30:00Z',
      },
      {
        ...idle,
        id: 'venue',
        pull_limits: ['1/1h'],
        pulls_in_window: 0,
        pulls_in_windows: [0],
        next_pull_at: NOW,
        backlog: 1,
        done: 0,
        total: 1,
        last_pull_at: null,
        oldest_observed_at: null,
      },
    ]);
  });

  it('readNextPull returns the time that reserve_pull then decides by', async () => {
    const predict = async () => {
      const { nextMs = Number.NaN } = await open().database.read((reader) => readNextPull(reader, TOURS));
      return new Date(nextMs).toISOString();
    };
    const outcomes: [string, string][] = [];
    for (const [advance, blocked] of [[0], [100], [200], [950, 1], [3_000], [70_000], [500, 3_000], [900]] as const) {
      const now = Date.parse(NOW) + outcomes.length * 1_000 + advance;
      await open().clock.freeze(new Date(now).toISOString());
      if (blocked)
        await run(sql`update supplier set blocked_until = holdfast_clock() + ${blocked} * interval '1 second'`);
      const expected = await predict();
      const { outcome, wait_until } = await reserve(TOURS);
      outcomes.push([outcome, expected]);
      if (outcome === 'wait') expect(new Date(wait_until ?? '').toISOString()).toBe(expected);
      else expect([outcome, expected]).toEqual(['reserved', new Date(now).toISOString()]);
      await close();
    }
    expect(new Set(outcomes.map(([outcome]) => outcome))).toEqual(new Set(['reserved', 'wait']));
  });

  it('pause stops one or all suppliers on every instance and across restarts, until resume', async () => {
    expect((await post('pause?supplier=venue')).body).toEqual({
      status: 'running',
      suppliers: [
        { id: 'city-tours', status: 'running' },
        { id: 'venue', status: 'paused' },
      ],
    });
    expect((await reserve(VENUE)).outcome).toBe('paused');
    expect((await reserve(TOURS)).outcome).toBe('reserved');
    await close();
    expect((await post('pause')).body).toMatchObject({ status: 'paused' });
    expect((await post('pause')).body).toMatchObject({ status: 'paused' });
    const restarted = await start();
    expect(await status(restarted)).toMatchObject({
      status: 'paused',
      suppliers: [{ status: 'paused', next_pull_at: null }, { status: 'paused' }],
    });
    await restarted.close();
    expect((await reserve(TOURS)).outcome).toBe('paused');
    expect((await post('resume')).body).toMatchObject({ status: 'running' });
    expect((await post('resume')).body).toMatchObject({ status: 'running' });
    expect((await reserve(VENUE)).outcome).toBe('reserved');
  });

  it('pause and resume of a supplier that is not configured answer 404', async () => {
    for (const action of ['pause', 'resume']) {
      const answer = await post(`${action}?supplier=unknown`);
      expect(answer.body).toMatchObject({ status: 404, type: 'urn:holdfast:problem:no-such-supplier' });
    }
  });

  it('pause answers when the open pull has ended, and not before', async () => {
    expect((await reserve(VENUE)).outcome).toBe('reserved');
    let answered = false;
    const pausing = post('pause').finally(() => {
      answered = true;
    });
    const isPaused = async () => {
      const { rows } = await open().database.read((reader) =>
        sql`select from supplier where id = 'venue' and paused`.execute(reader),
      );
      return rows.length > 0;
    };
    await expect.poll(isPaused).toBe(true);
    // Reads that find the pull open, each as fast as a check of the pause itself.
    for (let reads = 0; reads < 5; reads += 1) await status();
    expect(answered).toBe(false);
    await close();
    expect((await pausing).status).toBe(200);
  });

  it('a pause that is replayed under its Idempotency-Key does not pause again', async () => {
    const key = { 'idempotency-key': 'pause-1' };
    const first = await post('pause', key);
    await post('resume');
    expect((await post('pause', key)).text).toBe(first.text);
    expect(await status()).toMatchObject({ status: 'running' });
  });
});
