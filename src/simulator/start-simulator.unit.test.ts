import { describe, expect, it } from 'vitest';
import { until } from '../../test/support/server/until.ts';
import { ManualClock } from '../../test/support/supply/manual-clock.ts';
import { type RunningSimulator, type SimulatorOptions, startSimulator } from './index.ts';
import type { SupplierSlot } from './inventory/per-date-product.ts';
import { recordedProducts } from './inventory/recorded-products.ts';

/** A Wednesday in UTC, and already a Thursday in Singapore. */
const NOW = '2026-12-02T17:00:00Z';
const TUESDAY = '2026-12-08';

type Options = Partial<SimulatorOptions>;

const start = (options: Options = {}) => startSimulator({ kind: 'per-date', clock: new ManualClock(NOW), ...options });

async function pull(simulator: RunningSimulator, productId: number, date: string): Promise<SupplierSlot[]> {
  const response = await fetch(`${simulator.url}/api/v1/inventory/${productId}?date=${date}`);
  expect(response.status).toBe(200);
  return (await response.json()) as SupplierSlot[];
}

async function pullItems(simulator: RunningSimulator) {
  const response = await fetch(`${simulator.url}/items`);
  return (await response.json()) as { as_of: string; items: { id: string | number; remaining: number }[] };
}

function book(simulator: RunningSimulator, key: string, body: object): Promise<Response> {
  const headers = { 'idempotency-key': key, 'content-type': 'application/json' };
  return fetch(`${simulator.url}/bookings`, { method: 'POST', headers, body: JSON.stringify(body) });
}

const status = async (response: Promise<Response>) => (await response).status;

describe('per-date simulator', () => {
  it('the recorded products sell by weekday, from today in the supplier’s time zone for two months', async () => {
    await using simulator = await start();
    expect(simulator.productIds).toEqual([14, 15]);
    const tuesday = await pull(simulator, 14, TUESDAY);
    expect(tuesday).toHaveLength(9);
    expect(tuesday[0]).toMatchObject({
      startDate: TUESDAY,
      startTime: '04:00',
      providerSlotId: `225532707686_${TUESDAY}T04:00`,
      remaining: 2000,
    });
    const on = async (date: string) => (await pull(simulator, 14, date)).length;
    expect(await on('2026-12-02')).toBe(0);
    expect(await on('2026-12-03')).toBe(9);
    expect(await on('2026-12-04')).toBe(0);
    expect(await on('2027-02-02')).toBe(9);
    expect(await on('2027-02-04')).toBe(0);
  });

  it('recorded weeks alternate', () => {
    const slot = (stem: string) => ({ providerSlotId: `${stem}_2026-01-05T10:00`, startTime: '10:00' }) as SupplierSlot;
    const [product] = recordedProducts({ '14/2026-01-05': [slot('a')], '14/2026-01-12': [slot('b')] });
    const mondays = ['2026-12-07', '2026-12-14', '2026-12-21'].map((date) => Temporal.PlainDate.from(date));
    const ids = mondays.map((monday) => product?.slotsOn(monday)[0]?.providerSlotId);
    expect(ids).toEqual(['a_2026-12-07T10:00', 'b_2026-12-14T10:00', 'a_2026-12-21T10:00']);
  });

  it('a date has the same slots from day to day and after a restart', async () => {
    const clock = new ManualClock(NOW);
    await using simulator = await start({ clock, syntheticProducts: 3, seed: 5 });
    const first = await Promise.all([14, 1001, 1002, 1003].map((id) => pull(simulator, id, TUESDAY)));
    clock.advance(3 * 86_400_000);
    await using another = await start({ clock, syntheticProducts: 3, seed: 5 });
    expect(await Promise.all([14, 1001, 1002, 1003].map((id) => pull(another, id, TUESDAY)))).toEqual(first);
    await using other = await start({ clock, syntheticProducts: 3, seed: 6 });
    expect(await Promise.all([14, 1001, 1002, 1003].map((id) => pull(other, id, TUESDAY)))).not.toEqual(first);
  });

  it('synthetic products have the configured number, and each of their slots can be booked', async () => {
    await using simulator = await start({ syntheticProducts: 20 });
    const days = simulator.productIds.map((id) => pull(simulator, id, TUESDAY));
    const ids = (await Promise.all(days)).flat().map(({ providerSlotId }) => providerSlotId);
    expect(new Set(ids.map((id) => typeof id))).toEqual(new Set(['string', 'number']));
    expect(new Set(ids).size).toBe(ids.length);
    const booked = ids.map((slot_id, n) => status(book(simulator, `k${n}`, { slot_id, quantity: 1, reference: 'r' })));
    expect(new Set(await Promise.all(booked))).toEqual(new Set([201]));
  });

  it('wrong keys, unknown products and invalid dates are refused', async () => {
    await using simulator = await start({ apiKey: 'right', basePath: '/tours' });
    const get = async (path: string, key = 'right') =>
      (await fetch(`${simulator.url}${path}`, { headers: { 'x-api-key': key } })).status;
    expect(await get(`/api/v1/inventory/14?date=${TUESDAY}`)).toBe(200);
    expect(await get(`/api/v1/inventory/14?date=${TUESDAY}`, 'wrong')).toBe(401);
    expect(await get(`/api/v1/inventory/16?date=${TUESDAY}`)).toBe(404);
    expect(await get('/api/v1/inventory/14?date=2026-02-30')).toBe(400);
    expect(await get('/api/v1/inventory/14')).toBe(400);
    expect(await status(book(simulator, 'k', {}))).toBe(401);
  });
});

describe('snapshot simulator', () => {
  const snapshot = (options: Options = {}) => start({ kind: 'snapshot', ...options });

  it('a snapshot has forty items, which keep their ids', async () => {
    const clock = new ManualClock(NOW);
    await using simulator = await snapshot({ clock });
    const { as_of, items } = await pullItems(simulator);
    expect(as_of).toBe('2026-12-02T17:00:00.000Z');
    expect(items).toHaveLength(40);
    expect(new Set(items.map(({ id }) => typeof id))).toEqual(new Set(['string', 'number']));
    clock.advance(86_400_000);
    const later = new Map((await pullItems(simulator)).items.map((item) => [item.id, item]));
    expect(later.size).toBe(40);
    const kept = items.filter(({ id }) => later.has(id));
    expect(kept.length).toBeGreaterThan(20);
    for (const item of kept) expect(later.get(item.id)).toEqual(item);
  });

  it('a booking must spell an id as the snapshot did', async () => {
    await using simulator = await snapshot();
    const number = (await pullItems(simulator)).items.find(({ id }) => typeof id === 'number')?.id;
    const order = { quantity: 1, reference: 'r' };
    expect(await status(book(simulator, 'a', { item_id: String(number), ...order }))).toBe(404);
    expect(await status(book(simulator, 'b', { item_id: number, ...order }))).toBe(201);
  });

  it('a snapshot leaves out items that are sold out or have vanished', async () => {
    await using simulator = await snapshot();
    const [first, second] = (await pullItems(simulator)).items;
    if (!first || !second) throw new Error('the snapshot has fewer than two items');
    expect(simulator.sell(first.id, first.remaining + 1)).toBe(false);
    expect(simulator.sell(first.id, first.remaining)).toBe(true);
    simulator.vanish(second.id);
    const ids = (await pullItems(simulator)).items.map(({ id }) => id);
    expect(ids).toHaveLength(38);
    expect(ids).not.toContain(first.id);
    expect(await status(book(simulator, 'a', { item_id: first.id, quantity: 1, reference: 'r' }))).toBe(409);
    expect(await status(book(simulator, 'b', { item_id: second.id, quantity: 1, reference: 'r' }))).toBe(404);
  });
});

describe('simulated bookings', () => {
  const slot_id = `225532707687_2026-12-06T00:00`;
  const remaining = async (simulator: RunningSimulator) => (await pull(simulator, 15, '2026-12-06'))[0]?.remaining;

  it('a booking reduces what remains, once for each key, until it is cancelled', async () => {
    await using simulator = await start();
    const order = { slot_id, quantity: 160, reference: 'res-1' };
    const answers = await Promise.all(['a', 'a', 'a'].map(async (key) => (await book(simulator, key, order)).text()));
    expect(new Set(answers).size).toBe(1);
    expect(await remaining(simulator)).toBe(10);
    expect(await status(book(simulator, 'a', { ...order, quantity: 1 }))).toBe(422);
    expect(await status(book(simulator, 'b', order))).toBe(409);
    const { id } = JSON.parse(answers[0] ?? '') as { id: string };
    expect(simulator.bookings()).toEqual([
      { id, key: 'a', reference: 'res-1', unitId: slot_id, quantity: 160, cancelled: false },
    ]);
    const cancel = (booking: string) => status(fetch(`${simulator.url}/bookings/${booking}`, { method: 'DELETE' }));
    expect([await cancel(id), await cancel(id), await cancel('B1')]).toEqual([204, 204, 404]);
    expect(await remaining(simulator)).toBe(170);
    expect(await status(book(simulator, 'b', order)), 'the same key gets the same answer').toBe(409);
    expect(await status(book(simulator, 'c', order))).toBe(201);
  });

  it('a malformed booking or one of an unknown slot is refused', async () => {
    await using simulator = await start();
    const good = { slot_id, quantity: 1, reference: 'r' };
    const bad = [{}, { ...good, quantity: 0 }, { ...good, quantity: 1.5 }, { ...good, reference: 1 }, []];
    for (const body of bad) expect(await status(book(simulator, 'k', body)), JSON.stringify(body)).toBe(400);
    expect(await status(book(simulator, '', good))).toBe(400);
    expect(await status(book(simulator, 'k2', { ...good, slot_id: '225532707687_2026-12-06T01:00' }))).toBe(404);
    expect(simulator.bookings()).toEqual([]);
  });

  it('bookings are not limited, and are not in the log', async () => {
    await using simulator = await start({ limits: ['1/1h'] });
    for (const key of ['a', 'b', 'c']) {
      expect(await status(book(simulator, key, { slot_id, quantity: 1, reference: key }))).toBe(201);
    }
    expect(simulator.log()).toEqual([]);
  });
});

describe('simulated limits', () => {
  it('a read over a limit is refused with the time of the reset, by the monotonic clock', async () => {
    const clock = new ManualClock(NOW);
    await using simulator = await start({ clock, limits: ['2/1m', '3/1h'] });
    const get = () => fetch(`${simulator.url}/api/v1/inventory/14?date=${TUESDAY}`);
    expect([await status(get()), await status(get())]).toEqual([200, 200]);
    clock.advance(20_000);
    clock.setBack(7_200_000);
    const refused = await get();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('40');
    expect(await refused.json()).toEqual({ rateLimitState: { reset: clock.wallMs() + 40_000 } });
    clock.advance(40_000);
    expect([await status(get()), await status(get())]).toEqual([200, 429]);
    const path = `/api/v1/inventory/14?date=${TUESDAY}`;
    expect(simulator.log()).toEqual([
      { atMs: 0, path, accepted: true, status: 200 },
      { atMs: 0, path, accepted: true, status: 200 },
      { atMs: 20_000, path, accepted: false, status: 429 },
      { atMs: 60_000, path, accepted: true, status: 200 },
      { atMs: 60_000, path, accepted: false, status: 429 },
    ]);
  });
});

describe('simulated latency', () => {
  it('latency delays an answer that was decided when the request arrived', async () => {
    await using simulator = await start({ kind: 'snapshot', latencyMs: 100 });
    const slow = pullItems(simulator);
    await until('the request has arrived', () => simulator.log().length === 1);
    const id = simulator.buyAsRival();
    const find = ({ items }: Awaited<typeof slow>) => items.find((item) => item.id === id)?.remaining ?? 0;
    const [first, second] = [await slow, await pullItems(simulator)].map(find);
    expect(second).toBe((first ?? 0) - 1);
  });
});

describe('simulated rivals', () => {
  it('rivals buy the same units for the same seed', async () => {
    await using one = await start({ seed: 3 });
    await using two = await start({ seed: 3 });
    await using three = await start({ seed: 4 });
    const buys = (simulator: RunningSimulator) => Array.from({ length: 50 }, () => simulator.buyAsRival());
    const bought = buys(one);
    expect(buys(two)).toEqual(bought);
    expect(buys(three)).not.toEqual(bought);
  });

  it('rivals buy at their rate until they are stopped', async () => {
    await using simulator = await start({ kind: 'snapshot', rivalsPerSecond: 500 });
    const left = async () => (await pullItems(simulator)).items.reduce((sum, { remaining }) => sum + remaining, 0);
    const before = await left();
    let now = before;
    await until('rivals have bought', () => {
      void left().then((items) => {
        now = items;
      });
      return now < before;
    });
    simulator.setRivals(0);
    const after = await left();
    expect(await left()).toBe(after);
  });
});

describe('admin paths', () => {
  it('the admin paths do what the controls do', async () => {
    await using simulator = await start({ basePath: '/tours' });
    const slot_id = '225532707687_2026-12-06T00:00';
    const send = (method: string, path: string, body?: object) =>
      fetch(new URL(`/_simulator/${path}`, simulator.url), body ? { method, body: JSON.stringify(body) } : { method });
    expect(await status(send('POST', 'sell', { id: slot_id, quantity: 165 }))).toBe(204);
    expect(await status(send('POST', 'sell', { id: slot_id, quantity: 6 }))).toBe(409);
    expect(await status(send('POST', 'price', { id: slot_id, amount: 12.5 }))).toBe(204);
    const [slot] = await pull(simulator, 15, '2026-12-06');
    expect(slot?.remaining).toBe(5);
    expect(slot?.paxAvailability.map((pax) => [pax.remaining, pax.price.finalPrice])).toEqual([
      [5, 12.5],
      [5, 137],
      [5, 0],
    ]);
    expect(await status(send('POST', 'vanish', { id: slot_id }))).toBe(204);
    expect(await pull(simulator, 15, '2026-12-06')).toEqual([]);
    expect(await (await send('GET', 'log')).json()).toEqual(simulator.log());
    expect(simulator.log()).toHaveLength(2);
    expect(await (await send('GET', 'bookings')).json()).toEqual([]);
    expect(await status(send('PUT', 'faults', { error: { next: 2 } }))).toBe(204);
    expect(await (await send('GET', 'faults')).json()).toEqual({ error: { next: 2 } });
    expect(await status(send('PUT', 'rivals', { perSecond: 1 }))).toBe(204);
    expect(await status(send('PUT', 'rivals', { perSecond: 'many' }))).toBe(400);
    expect(await status(send('POST', 'vanish', {}))).toBe(400);
    expect(await status(send('GET', 'nothing'))).toBe(404);
    for (const bad of [{ fire: { next: 1 } }, { error: 1 }, { error: { probability: 2 } }, { error: { often: 1 } }]) {
      expect(await status(send('PUT', 'faults', bad)), JSON.stringify(bad)).toBe(400);
    }
  });
});
