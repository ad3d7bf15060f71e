import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openOtherProgram } from '../../../../test/support/database/other-program.ts';
import { eachDatabase, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { type Answered, ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import { experienceSlot, storePartition } from '../../../../test/support/supply/stored-partitions.ts';
import { NOWHERE, supplierAt } from '../../../../test/support/supply/supplier-at.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { productDate } from '../supplier/partition.ts';

/** 16:00 in Singapore. */
const NOW = '2026-12-20T08:00:00Z';
const PRODUCTS = Array.from({ length: 20 }, (_, index) => 15 + index);
const TOURS = supplierAt(NOWHERE, 'per-date', {
  id: 'city-tours',
  products: PRODUCTS,
  cadence: [
    { days: [0, 0], everyMs: 900_000 },
    { days: [1, 30], everyMs: 14_400_000 },
  ],
});

interface Slots {
  readonly id: number;
  readonly slots: readonly {
    readonly id: number;
    readonly remaining: number;
    paxAvailability: { remaining: number }[];
  }[];
}

async function openTours(test: TestDatabase) {
  await test.clock.freeze(NOW);
  const app = await openTestApp(test.database, { MIN_NOTICE: '0s', MIN_NOTICE_GRACE: '0s' }, { suppliers: [TOURS] });
  const client = await ask(app, 'POST', '/api/v1/clients', { first_name: 'Jane', last_name: 'Doe' });
  return { app, client_id: (client.body as { client_id: number }).client_id };
}

eachDatabase('experiences', (open) => {
  const otherProgram = openOtherProgram(open);
  let app: HttpServer;
  let client_id: number;
  let used = 0;
  beforeAll(async () => {
    ({ app, client_id } = await openTours(open()));
  });
  afterAll(() => app.close());
  beforeEach(() => open().clock.freeze(NOW));

  /** A product that no other test uses. */
  const newProduct = () => PRODUCTS[used++] ?? 0;
  const slots = (product: number | string, date: string, headers = {}) =>
    ask(app, 'GET', `/api/v1/experience/${product}/slots?date=${date}`, undefined, headers);
  const dates = (product: number | string) => ask(app, 'GET', `/api/v1/experience/${product}/dates`);
  const store = (product: number, date: string, slotArguments: Parameters<typeof experienceSlot>[], observedAt = NOW) =>
    storePartition(open().database, {
      supplierId: TOURS.id,
      partition: productDate(product, date),
      observedAt,
      slots: slotArguments.map((each) => experienceSlot(...each)),
    });
  const remaining = (answer: Answered) => (answer.body as Slots).slots.map((slot) => slot.remaining);

  async function hold(slot_id: number, quantity: number): Promise<number> {
    const body = { client_id, slot_id, quantity };
    const answer = await ask(app, 'POST', '/api/v1/reservations', body);
    expect(answer.status, answer.text).toBe(201);
    return (answer.body as { reservation_id: number }).reservation_id;
  }

  async function act(reservation: number, action: string): Promise<void> {
    const answer = await ask(app, 'POST', `/api/v1/reservations/${reservation}/${action}`, { client_id });
    expect(answer.status, answer.text).toBe(200);
  }

  /** Stores a new product with one slot of five units on 30 December. */
  async function dayOfFive(): Promise<{ product: number; slot: number }> {
    const product = newProduct();
    await store(product, '2026-12-30', [[`five-${product}`, '2026-12-30', '10:00', 5, '100']]);
    const answer = (await slots(product, '2026-12-30')).body as Slots;
    return { product, slot: answer.slots[0]?.id ?? 0 };
  }

  it('slots answer in the fixed shape, with exact amounts and unchanged supplier ids', async () => {
    const product = newProduct();
    await store(product, '2026-12-30', [
      [9_007_199_254_740_991, '2026-12-30', '11:00', 3, '212.1400'],
      ['x_2026-12-30T10:00', '2026-12-30', '10:00', 2_000, '0.10'],
    ]);
    const answer = await slots(product, '2026-12-30');
    expect(answer.status, answer.text).toBe(200);
    const body = answer.body as { slots: { id: number }[] };
    const [first, second] = body.slots.map(({ id }) => id);
    const pax = (final: string, left: number) =>
      `"paxAvailability":[{"type":"CHILD","name":"CHILD","description":"a CHILD","isPrimary":false,"min":1,"max":20,` +
      `"remaining":${left},"price":{"finalPrice":43.5,"originalPrice":43.5,"discount":0,"currencyCode":"SGD"}},` +
      `{"type":"ADULT","name":"ADULT","description":"a ADULT","isPrimary":true,"min":1,"max":20,"remaining":${left},` +
      `"price":{"finalPrice":${final},"originalPrice":${final},"discount":0,"currencyCode":"SGD"}}]`;
    const slot = (id: number | undefined, time: string, upstream: string, left: number, final: string) =>
      `{"id":${id},"startDate":"2026-12-30","startTime":"${time}","endTime":"${time}","providerSlotId":${upstream},` +
      `"variantId":32,"remaining":${left},"currencyCode":"SGD",` +
      `"price":{"finalPrice":${final},"originalPrice":${final},"currencyCode":"SGD"},${pax(final, Math.min(left, 1_000))}}`;
    expect(answer.text).toBe(
      `{"id":${product},"slots":[${slot(first, '10:00', '"x_2026-12-30T10:00"', 2_000, '0.1')},` +
        `${slot(second, '11:00', '9007199254740991', 3, '212.14')}]}`,
    );
  });

  it('slots carry their age and target age, and a current copy gets 304', async () => {
    const product = newProduct();
    await store(product, '2026-12-20', [['today', '2026-12-20', '20:00', 3, '10']], '2026-12-20T07:50:00Z');
    const first = await slots(product, '2026-12-20');
    expect(first.headers).toMatchObject({
      age: '600',
      'cache-control': 'max-age=900, no-cache',
      'cache-status': 'Holdfast; fwd=miss; ttl=300',
    });
    const again = await slots(product, '2026-12-20', { 'if-none-match': String(first.headers.etag) });
    expect([again.status, again.text, again.headers.age]).toEqual([304, '', '600']);
    await open().clock.freeze('2026-12-20T08:10:00.001Z');
    const stale = await slots(product, '2026-12-20');
    expect(stale.headers).toMatchObject({ age: '1201', 'cache-control': 'max-age=900, no-cache' });
    expect(stale.headers['cache-status']).toMatch(/; ttl=-301; detail=stale$/);
  });

  it('experiences are listed by id', async () => {
    const { body } = await ask(app, 'GET', '/api/v1/experiences');
    const inOrder = [...TOURS.products].sort((a, b) => a - b);
    expect(body).toEqual({
      experiences: inOrder.map((id) => ({ id, supplier: TOURS.id, time_zone: TOURS.timeZone })),
    });
  });

  it('a date that was never pulled has no slots and no age', async () => {
    const answer = await slots(newProduct(), '2027-01-05');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ slots: [] });
    expect(answer.headers.age).toBeUndefined();
    expect(answer.headers['cache-status']).toContain('detail=never-pulled');
    expect((await slots(15, '1999-01-01')).headers['cache-control']).toBe('no-cache');
  });

  it.each([
    ['/api/v1/experience/14/slots?date=2026-12-30', 404],
    ['/api/v1/experience/14/dates', 404],
    ['/api/v1/experience/15/slots', 400],
    ['/api/v1/experience/15/slots?date=2026-02-30', 400],
    ['/api/v1/experience/15/slots?date=30.12.2026', 400],
    ['/api/v1/experience/15/slots?date=', 400],
    ['/api/v1/experience/0x15/slots?date=2026-12-30', 400],
    ['/api/v1/experience/0/dates', 400],
  ])('GET %s answers %i', async (url, status) => {
    expect((await ask(app, 'GET', url)).status).toBe(status);
  });

  it('held units are gone at once and free at the instant the hold expires', async () => {
    const { product, slot } = await dayOfFive();
    await hold(slot, 2);
    const answer = await slots(product, '2026-12-30');
    expect(remaining(answer)).toEqual([3]);
    expect((answer.body as Slots).slots[0]?.paxAvailability.map((pax) => pax.remaining)).toEqual([3, 3]);
    await open().clock.freeze('2026-12-20T08:29:59.999999Z');
    expect(remaining(await slots(product, '2026-12-30'))).toEqual([3]);
    await open().clock.freeze('2026-12-20T08:30:00Z');
    expect(remaining(await slots(product, '2026-12-30'))).toEqual([5]);
  });

  it('a confirmed reservation has an order if any of its pax types has a price, and none if all are free', async () => {
    const product = newProduct();
    const free = { price_amount: null, price_currency: null };
    await storePartition(open().database, {
      supplierId: TOURS.id,
      partition: productDate(product, '2026-12-30'),
      observedAt: NOW,
      slots: [{ ...experienceSlot(`free-${product}`, '2026-12-30', '10:00', 9, '0'), ...free }],
    });
    const [slot] = ((await slots(product, '2026-12-30')).body as Slots).slots;
    const ordersOf = async (pax: { type: string; quantity: number }[]) => {
      const held = await ask(app, 'POST', '/api/v1/reservations', { client_id, slot_id: slot?.id, pax });
      const { reservation_id } = held.body as { reservation_id: number };
      await act(reservation_id, 'confirm');
      return (await ask(app, 'GET', `/api/v1/orders?reservation_id=${reservation_id}`)).body;
    };
    const mixed = [
      { type: 'ADULT', quantity: 1 },
      { type: 'CHILD', quantity: 2 },
    ];
    expect(await ordersOf(mixed)).toMatchObject({ orders: [{ currency: 'SGD', total: 87 }] });
    expect(await ordersOf([{ type: 'ADULT', quantity: 2 }])).toMatchObject({ orders: [] });
  });

  it('a hold keeps the limits of each requested pax type, and the minimum of the primary one in any case', async () => {
    const product = newProduct();
    await store(product, '2026-12-30', [[`many-${product}`, '2026-12-30', '10:00', 90, '100']]);
    const [slot] = ((await slots(product, '2026-12-30')).body as Slots).slots;
    const reserve = (...pax: [type: string, quantity: number][]) =>
      ask(app, 'POST', '/api/v1/reservations', {
        client_id,
        slot_id: slot?.id,
        pax: pax.map(([type, quantity]) => ({ type, quantity })),
      });
    const refusals = [
      [await reserve(['CHILD', 1]), 'ADULT'],
      [await reserve(['CHILD', 20]), 'ADULT'],
      [await reserve(['ADULT', 21]), 'ADULT'],
      [await reserve(['ADULT', 1], ['CHILD', 21]), 'CHILD'],
      [await ask(app, 'POST', '/api/v1/reservations', { client_id, slot_id: slot?.id, quantity: 21 }), 'ADULT'],
    ] as const;
    for (const [{ status, body }, type] of refusals) {
      expect(status).toBe(422);
      expect(body).toMatchObject({
        type: 'urn:holdfast:problem:pax-refused',
        detail: `A reservation of this slot has 1 to 20 of pax type ${type}. Change their number in \`pax\``,
      });
    }
    expect(remaining(await slots(product, '2026-12-30'))).toEqual([90]);
    for (const held of [await reserve(['ADULT', 1]), await reserve(['CHILD', 20], ['ADULT', 20])]) {
      expect(held.status, held.text).toBe(201);
    }
  });

  it('units of a hold that was confirmed or extended stay taken in the copy in memory', async () => {
    const { product, slot } = await dayOfFive();
    const confirmed = await hold(slot, 2);
    const extended = await hold(slot, 1);
    expect(remaining(await slots(product, '2026-12-30'))).toEqual([2]);
    await open().clock.freeze('2026-12-20T08:10:00Z');
    await act(confirmed, 'confirm');
    expect(remaining(await slots(product, '2026-12-30'))).toEqual([2]);
    await act(extended, 'extend');
    await open().clock.freeze('2026-12-20T08:30:00Z');
    expect(remaining(await slots(product, '2026-12-30'))).toEqual([2]);
    await open().clock.freeze('2026-12-20T08:40:00Z');
    expect(remaining(await slots(product, '2026-12-30'))).toEqual([3]);
    await act(confirmed, 'cancel');
    expect(remaining(await slots(product, '2026-12-30'))).toEqual([5]);
  });

  it('slots that another program changed or closed are shown as they are', async () => {
    const { product, slot } = await dayOfFive();
    await otherProgram().run(`update slot set capacity = 4 where id = ${slot}`);
    await expect.poll(async () => remaining(await slots(product, '2026-12-30'))).toEqual([4]);
    await otherProgram().run(`update slot set closed_at = holdfast_clock() where id = ${slot}`);
    await expect.poll(async () => remaining(await slots(product, '2026-12-30'))).toEqual([]);
  });

  it('dates are those with units left, each with the lowest price available', async () => {
    const product = newProduct();
    await store(product, '2027-01-02', [[`c${product}`, '2027-01-02', '10:00', 1, '9.5']], '2026-12-20T05:00:00Z');
    await store(product, '2026-12-25', [[`b${product}`, '2026-12-25', '10:00', 0, '5']]);
    await store(product, '2026-12-21', [
      [`a1${product}`, '2026-12-21', '10:00', 1, '100'],
      [`a2${product}`, '2026-12-21', '11:00', 1, '99.95'],
      [`a3${product}`, '2026-12-21', '12:00', 0, '1'],
    ]);
    await store(product, '2026-12-20', [[`begun${product}`, '2026-12-20', '15:59', 9, '1']], '2026-12-20T07:50:00Z');
    await store(product, '2027-02-20', [[`last${product}`, '2027-02-20', '10:00', 9, '7']]);
    await store(product, '2027-02-21', [[`past${product}`, '2027-02-21', '10:00', 9, '7']]);
    const price = (final: number) => ({ finalPrice: final, originalPrice: final, currencyCode: 'SGD' });
    const answer = await dates(product);
    expect(answer.body).toEqual({
      dates: [
        { date: '2026-12-21', price: price(99.95) },
        { date: '2027-01-02', price: price(9.5) },
        { date: '2027-02-20', price: price(7) },
      ],
    });
    // The oldest date is three hours old. Today has a target age of 15 minutes, of which five are left.
    expect(answer.headers).toMatchObject({ age: '10800', 'cache-control': 'max-age=11100, no-cache' });
    expect(answer.headers['cache-status']).toBe('Holdfast; fwd=miss; ttl=300; detail=incomplete');
    const revalidated = await ask(app, 'GET', `/api/v1/experience/${product}/dates`, undefined, {
      'if-none-match': String(answer.headers.etag),
    });
    expect(revalidated.status).toBe(304);
  });

  it('a slot has no units from the instant it begins', async () => {
    const product = newProduct();
    await store(product, '2026-12-20', [[`soon${product}`, '2026-12-20', '17:00', 5, '1']], '2026-12-20T07:50:00Z');
    const before = await slots(product, '2026-12-20');
    expect(remaining(before)).toEqual([5]);
    const slot_id = (before.body as Slots).slots[0]?.id ?? 0;
    await open().clock.freeze('2026-12-20T08:59:59.999Z');
    await hold(slot_id, 1);
    await open().clock.freeze('2026-12-20T09:00:00Z');
    expect(remaining(await slots(product, '2026-12-20'))).toEqual([0]);
    const late = await ask(app, 'POST', '/api/v1/reservations', { client_id, slot_id, quantity: 1 });
    expect(late.body).toMatchObject({ status: 409, type: 'urn:holdfast:problem:slot-closed' });
  });

  it('dates leave out a date while its last unit is held, and start with today in the supplier’s time zone', async () => {
    const { product, slot } = await dayOfFive();
    await hold(slot, 5);
    expect((await dates(product)).body).toEqual({ dates: [] });
    await open().clock.freeze('2026-12-20T08:30:00Z');
    expect((await dates(product)).body).toMatchObject({ dates: [{ date: '2026-12-30' }] });
    // At 23:59 on the 30th in Singapore the slot begins.
    await store(product, '2026-12-30', [[`late${product}`, '2026-12-30', '23:59', 1, '1']], '2026-12-20T09:00:00Z');
    await open().clock.freeze('2026-12-30T15:58:59Z');
    expect((await dates(product)).body).toMatchObject({ dates: [{ date: '2026-12-30' }] });
    await open().clock.freeze('2026-12-30T15:59:00Z');
    expect((await dates(product)).body).toEqual({ dates: [] });
  });

  it('reads of dates that are pulled are counted and stored', async () => {
    const another = await openTestApp(open().database, {}, { suppliers: [TOURS] });
    const product = newProduct();
    const url = `/api/v1/experience/${product}/slots?date=2026-12-22`;
    for (let read = 0; read < 3; read += 1) await ask(another, 'GET', url);
    // A date that is never pulled is not counted.
    await ask(another, 'GET', `/api/v1/experience/${product}/slots?date=1999-01-01`);
    await another.close();
    const { rows } = await open().database.read((reader) =>
      sql<{ partition: string; reads: number }>`
        select partition, reads from partition_read where partition like ${`${product}/%`}`.execute(reader),
    );
    expect(rows).toEqual([{ partition: `${product}/2026-12-22`, reads: 3 }]);
  });
});
