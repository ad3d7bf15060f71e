// Past 350 lines because it is one table of answers after the other; a file each would repeat the planting.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, never } from '../../../../test/support/supply/adapter-suite.ts';
import { http, PlantedServer } from '../../../../test/support/supply/canned-server.ts';
import { apiKey, supplierAt } from '../../../../test/support/supply/supplier-at.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { type Adapter, type Partition, SupplierFailure } from './adapter.ts';
import { createAdapter } from './create-adapter.ts';
import type { SupplierHttpOptions } from './supplier-http.ts';

const NOW_MS = Date.parse('2026-12-02T17:00:00Z');
const DATE = '2026-12-08';
const DAY_MS = 86_400_000;

const server = new PlantedServer();
let url = '';
beforeAll(async () => {
  url = await server.open();
});
afterAll(() => server.close());

const ALL: Partition = { kind: 'everything' };
const ONE: Partition = { kind: 'product-date', product: 14, date: DATE };
const watch = { answered: () => {} };
const LIMITS = { connectMs: 300, answerMs: 300, idleMs: 300, totalMs: 600, bodyBytes: 100_000, nowMs: () => NOW_MS };

function adapter(
  kind: Supplier['adapter'],
  changes: Partial<Supplier> = {},
  options: Partial<SupplierHttpOptions> = {},
) {
  return createAdapter(supplierAt(url, kind, changes), { ...LIMITS, ...options });
}

function plant(answer: string | Buffer, staysOpen = false): void {
  server.answer = answer;
  server.staysOpen = staysOpen;
  server.asked.length = 0;
}

/** An adapter to which the supplier has answered one pull; the next answer is the planted one. */
async function afterServing(kind: Supplier['adapter'], next: Buffer): Promise<Adapter> {
  const served = adapter(kind);
  plant(http(200, kind === 'snapshot' ? '{"items": []}' : '[]'));
  await served.pull(kind === 'snapshot' ? ALL : ONE, watch, never);
  plant(next);
  return served;
}

async function pullRaw(answer: string | Buffer, staysOpen = false) {
  plant(answer, staysOpen);
  return adapter('snapshot').pull(ALL, watch, never);
}
const pullItems = (...items: unknown[]) => pullRaw(http(200, JSON.stringify({ items })));
async function pullSlots(slots: unknown, changes: Partial<Supplier> = {}, date = DATE) {
  plant(http(200, JSON.stringify(slots)));
  return adapter('per-date', changes).pull({ kind: 'product-date', product: 14, date }, watch, never);
}

const ITEM = {
  id: 1,
  name: 'Tour',
  starts_at: '2026-12-30T18:00:00+08:00',
  ends_at: '2026-12-30T11:00:00.5Z',
  remaining: 3,
  price: { amount: 9.5, currency: 'SGD' },
};
const PRICE = { finalPrice: 10, originalPrice: 12.5, discount: 1, currencyCode: 'SGD' };
const PAX = { type: 'ADULT', name: 'Adult', description: '', min: 1, max: 9, remaining: 4, price: PRICE };
const SLOT = {
  providerSlotId: 's',
  variantId: 7,
  startDate: DATE,
  startTime: '10:00',
  endTime: '11:00',
  remaining: 5,
  currencyCode: 'SGD',
  paxAvailability: [PAX],
};

describe('the wire', () => {
  it.each<readonly [string, string | Buffer]>([
    ['less than its length', http(200, '[]', { 'content-length': 3 })],
    ['a chunk too few', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n[]'],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['nothing', ''],
    ['another protocol', http(101, '', { upgrade: 'websocket', connection: 'upgrade' })],
    ['half of an answer', http(206, '{"items": []}')],
    ['no content', http(204)],
    ['endless headers', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(200_000)}`],
    ['no UTF-8', http(200, Buffer.from([0x22, 0xff, 0x22]))],
    ['no JSON', http(200, "{'items': []}")],
    ['JSON and more', http(200, '{"items": []} x')],
    ['too much', http(200, `{"items": []}${' '.repeat(100_000)}`)],
    ['a redirect', http(302, '', { location: '/items' })],
    ['a redirect for good', http(308, '', { location: '/items' })],
  ])('fails after one request when it carries %s', async (_what, answer) => {
    await failureOf(pullRaw(answer));
    expect(server.asked).toHaveLength(1);
  });

  it.each<readonly [string, string, string]>([
    ['an answer', '', 'GET was not answered within 300 ms'],
    ['headers', 'HTTP/1.1 200 OK\r\n', 'GET was not answered within 300 ms'],
    ['anything but more to come', 'HTTP/1.1 102 Processing\r\n\r\n', 'GET was not answered within 300 ms'],
    [
      'the rest',
      http(200, '{"items"', { 'content-length': 99 }).toString(),
      'GET stood still for 300 ms in mid-answer',
    ],
  ])('does not wait for %s without end', async (_what, answer, message) => {
    expect((await failureOf(pullRaw(answer, true))).message).toBe(message);
  });

  it('does not wait without end for TLS that nobody agrees on', async () => {
    plant('', true);
    const secure = adapter('snapshot', { baseUrl: url.replace('http:', 'https:') });
    expect((await failureOf(secure.pull(ALL, watch, never))).message).toBe('GET could not connect within 300 ms');
  });

  it('is read to its end, in pieces or without a length, by a supplier that adds to it', async () => {
    const body = JSON.stringify({ items: [{ ...ITEM, colour: 'red' }], as_of: 'long ago', next: null });
    const chunked = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect(await pullRaw(chunked, true)).toHaveLength(1);
    expect(await pullRaw(`HTTP/1.1 200 OK\r\n\r\n${body}`)).toHaveLength(1);
  });

  it('carries the key if there is one, and a path before the paths', async () => {
    plant(http(200, '{"items": []}'));
    await adapter('snapshot', { baseUrl: `${url}/a%20b`, apiKey: undefined }).pull(ALL, watch, never);
    await adapter('snapshot', { apiKey: apiKey('sesame') }).pull(ALL, watch, never);
    expect(server.asked[0]).toMatch(/^GET \/a%20b\/items HTTP\/1.1\r\n/);
    expect(server.asked[0]).not.toContain('x-api-key');
    expect(server.asked[1]).toMatch(/^GET \/items HTTP\/1.1\r\n[\s\S]*x-api-key: sesame\r\n/);
  });

  it('is told of in one short line without the key', async () => {
    plant(http(500, `\u0000no\u001b[31m\r\n\u2028 key sesame, \u202e${'é'.repeat(500)}`));
    const { message } = await failureOf(adapter('snapshot', { apiKey: apiKey('sesame') }).pull(ALL, watch, never));
    expect(message).toMatch(/^answered 500: no \[31m key \[key\], é+$/);
    expect(message.length).toBeLessThanOrEqual(220);
  });
});

describe('when to come back', () => {
  const reset = (ms: unknown) => JSON.stringify({ rateLimitState: { reset: ms } });
  const httpDate = (ms: number) => new Date(ms).toUTCString();

  it.each<readonly [number, Record<string, string>, string, number | undefined]>([
    [429, { 'retry-after': '7' }, '', 7_000],
    [503, { 'retry-after': '7' }, 'busy', 7_000],
    [500, { 'retry-after': '7' }, reset(NOW_MS + 1), undefined],
    [429, { 'retry-after': httpDate(NOW_MS + 90_000) }, '', 90_000],
    [429, { 'retry-after': httpDate(NOW_MS - 90_000) }, '', 0],
    [429, {}, reset(NOW_MS + 1_234), 1_234],
    [429, {}, reset(NOW_MS - 1_234), 0],
    [429, { 'retry-after': '7' }, reset(NOW_MS + 8_000), 8_000],
    [429, { 'retry-after': '9' }, reset(NOW_MS + 8_000), 9_000],
    [429, { 'retry-after': '999999' }, '', DAY_MS],
    [429, {}, reset(1e300), DAY_MS],
    [429, { 'retry-after': 'soon' }, reset('soon'), undefined],
    [429, { 'retry-after': '-1' }, 'null', undefined],
    [429, {}, '{"rateLimitState": null}', undefined],
  ])('%i %j %s', async (status, headers, body, expected) => {
    expect((await failureOf(pullRaw(http(status, body, headers)))).retryAfterMs).toBe(expected);
  });

  it('is known even if the answer then breaks off', async () => {
    const answer = http(429, 'x', { 'retry-after': '7', 'content-length': 9 });
    expect((await failureOf(pullRaw(answer))).retryAfterMs).toBe(7_000);
  });
});

describe('a snapshot', () => {
  it('has its times in UTC, and counts that end at a million', async () => {
    expect(await pullItems({ ...ITEM, remaining: 1e12 })).toEqual([
      {
        id: 1,
        name: 'Tour',
        startsAt: '2026-12-30T10:00:00.000Z',
        endsAt: '2026-12-30T11:00:00.500Z',
        local: null,
        variantId: null,
        remaining: 1_000_000,
        price: { final: '9.5', original: '9.5', discount: '0', currency: 'SGD' },
        pax: [],
      },
    ]);
  });

  it('keeps 7 apart from "7", and tells once what is told twice', async () => {
    const slots = await pullItems({ ...ITEM, id: '7' }, { ...ITEM, id: 7 }, { ...ITEM, id: 7, extra: 1 });
    expect(slots.map(({ id }) => id)).toEqual([7, '7']);
  });

  it.each<readonly [object, string]>([
    [{ id: 2 ** 53 }, '/items/1/id'],
    [{ id: 1.5 }, '/items/1/id'],
    [{ id: '' }, '/items/1/id'],
    [{ id: 'x'.repeat(201) }, '/items/1/id'],
    [{ id: 'a\u0000' }, '/items/1/id'],
    [{ id: null }, '/items/1/id'],
    [{ name: 'a\u0000b' }, '/items/1/name'],
    [{ name: 'a\nb' }, '/items/1/name'],
    [{ name: '\ud800' }, '/items/1/name'],
    [{ name: undefined }, '/items/1'],
    [{ starts_at: '2026-12-30T10:00:00' }, '/items/1/starts_at'],
    [{ starts_at: '2026-02-30T10:00:00Z' }, '/items/1/starts_at'],
    [{ ends_at: ITEM.starts_at }, '/items/1/ends_at'],
    [{ remaining: -1 }, '/items/1/remaining'],
    [{ remaining: 1.5 }, '/items/1/remaining'],
    [{ remaining: '1' }, '/items/1/remaining'],
    [{ price: { amount: '9.50', currency: 'SGD' } }, '/items/1/price/amount'],
    [{ price: { amount: 1, currency: 'XXQ' } }, '/items/1/price/currency'],
    [{ price: { amount: 0.00001, currency: 'SGD' } }, '/items/1/price/amount'],
    [{ id: 1, remaining: 4 }, '/1 has the id of another slot'],
  ])('is refused whole for %j', async (changes, where) => {
    expect((await failureOf(pullItems(ITEM, { ...ITEM, id: 2, ...changes }))).message).toContain(where);
  });
});

describe('a date of a product', () => {
  const slot = (changes: object) => [{ ...SLOT, ...changes }];
  const pax = (...changes: object[]) => slot({ paxAvailability: changes.map((change) => ({ ...PAX, ...change })) });

  it('takes the first pax type for the primary one where none says so, and lets two share a name', async () => {
    const [told] = await pullSlots(pax({}, { type: 'CHILD', price: { ...PRICE, finalPrice: 0 } }));
    expect(told?.pax.map(({ type, isPrimary }) => [type, isPrimary])).toEqual([
      ['ADULT', true],
      ['CHILD', false],
    ]);
    expect(told?.price).toEqual({ final: '10', original: '12.5', discount: '1', currency: 'SGD' });
    expect(told?.remaining).toBe(5);
  });

  it('has the price of the pax type that says it is the primary one', async () => {
    const child = { type: 'CHILD', isPrimary: true, price: { ...PRICE, finalPrice: 3.25 } };
    const [told] = await pullSlots(pax({ isPrimary: false }, child));
    expect(told?.price.final).toBe('3.25');
  });

  it.each<readonly [unknown, string]>([
    [{}, 'it must be array'],
    [slot({ startDate: '2026-12-09' }), '/0/startDate is not the date that was asked for'],
    [slot({ startTime: '24:00' }), '/0/startTime'],
    [slot({ endTime: '9:00' }), '/0/endTime'],
    [slot({ paxAvailability: [] }), '/0/paxAvailability'],
    [slot({ currencyCode: 'EUR' }), '/0/paxAvailability/0/price is in another currency'],
    [pax({}, {}), '/0/paxAvailability has one type twice'],
    [pax({ isPrimary: true }, { type: 'B', isPrimary: true }), '/0/paxAvailability has more than one primary'],
    [pax({ type: 'a\u007f' }), '/0/paxAvailability/0/type'],
    [pax({ description: '\u0000' }), '/0/paxAvailability/0/description'],
    [pax({ price: { ...PRICE, discount: -1 } }), '/0/paxAvailability/0/price/discount'],
  ])('is refused whole for %j', async (slots, where) => {
    expect((await failureOf(pullSlots(slots))).message).toContain(where);
  });

  /** Clocks in New York skip 02:00 to 03:00 on 8 March 2026, and repeat 01:00 to 02:00 on 1 November. */
  it.each([
    ['2026-12-08', '10:00', '10:00', '2026-12-08T15:00:00.000Z', '2026-12-09T15:00:00.000Z'],
    ['2026-12-08', '23:00', '01:00', '2026-12-09T04:00:00.000Z', '2026-12-09T06:00:00.000Z'],
    ['2026-03-08', '01:30', '03:30', '2026-03-08T06:30:00.000Z', '2026-03-08T07:30:00.000Z'],
    ['2026-03-08', '02:30', '03:00', '2026-03-08T07:30:00.000Z', '2026-03-08T08:00:00.000Z'],
    ['2026-11-01', '01:30', '02:30', '2026-11-01T05:30:00.000Z', '2026-11-01T07:30:00.000Z'],
    ['2026-03-07', '02:30', '02:30', '2026-03-07T07:30:00.000Z', '2026-03-08T07:30:00.000Z'],
  ])('on %s from %s to %s is from %s to %s', async (startDate, startTime, endTime, startsAt, endsAt) => {
    const [told] = await pullSlots(
      slot({ startDate, startTime, endTime }),
      { timeZone: 'America/New_York' },
      startDate,
    );
    expect(told).toMatchObject({ startsAt, endsAt, local: { startDate, startTime, endTime } });
  });
});

describe('bookings', () => {
  const booking = { key: 'k', slot: 7, quantity: 2, reference: 'r' };
  const book = (answer: Buffer) => {
    plant(answer);
    return adapter('snapshot').book(booking, never);
  };

  it('are one request with the key and the id as it came', async () => {
    expect(await book(http(200, '{"id": 12}'))).toEqual({ kind: 'booked', id: 12 });
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]).toMatch(
      /^POST \/bookings HTTP[\s\S]*idempotency-key: k\r\n[\s\S]*\{"item_id":7,"quantity":2,"reference":"r"\}$/,
    );
  });

  it('are refused with 409', async () => {
    expect(await book(http(409, 'no'))).toEqual({ kind: 'refused', reason: 'answered 409: no' });
  });

  it.each([404, 410])('are refused with %i only by a supplier that has served something', async (status) => {
    const mistyped = await failureOf(book(http(status, 'no')));
    expect(mistyped.message).toBe(`answered ${status}: no; it has answered nothing well yet, so base_url may be wrong`);
    expect((await afterServing('snapshot', http(status, 'no')).then((it) => it.book(booking, never))).kind).toBe(
      'refused',
    );
  });

  it.each([400, 402, 405, 413, 415, 422, 451])('are rejected with %i', async (status) => {
    expect(await book(http(status, 'no'))).toEqual({ kind: 'rejected', reason: `answered ${status}: no` });
  });

  it.each([202, 204, 301, 307, 401, 403, 408, 425, 429, 500, 502, 503, 504, 599])(
    'may still be after %i',
    async (status) => {
      await failureOf(book(http(status, status === 204 ? '' : '{"id": 1}')));
      expect(server.asked).toHaveLength(1);
    },
  );

  it.each(['', '{}', '[]', '{"id": null}', '{"id": ""}', '{"id": 1.5}', '{"id": "\\u0000"}'])(
    'have no id in %j',
    async (body) => {
      await failureOf(book(http(201, body)));
    },
  );

  it('are not believed to be missing by what answers 200 with a page', async () => {
    const mistyped = adapter('snapshot');
    plant(http(200, '<html></html>'));
    await failureOf(mistyped.pull(ALL, watch, never));
    plant(http(404, 'no'));
    await failureOf(mistyped.book(booking, never));
    await failureOf(mistyped.cancel(1, never));
  });

  it.each([404, 410])('are over with %i only at a supplier that has served something', async (status) => {
    plant(http(status));
    await failureOf(adapter('per-date').cancel(1, never));
    await (await afterServing('per-date', http(status))).cancel(1, never);
  });

  it.each([200, 202, 204])('are over with %i', async (status) => {
    plant(http(status));
    await adapter('per-date').cancel('a/../b?é', never);
    expect(server.asked[0]).toMatch(/^DELETE \/bookings\/a%2F..%2Fb%3F%C3%A9 HTTP/);
  });

  it.each([302, 400, 401, 409, 429, 500])('are not over with %i', async (status) => {
    plant(http(status));
    await failureOf(adapter('per-date').cancel(1, never));
  });
});

describe('any answer', () => {
  /** Good slots and items with one value somewhere replaced, which is nearer to being believed than chance is. */
  const twisted = (good: object) =>
    fc.tuple(fc.constantFrom(...paths(good)), fc.jsonValue()).map(([path, value]) => replaced(good, path, value));

  it('is slots or a SupplierFailure, and nothing else', async () => {
    const answers = fc.oneof(
      fc.jsonValue(),
      twisted([{ ...SLOT, ignored: 1 }]),
      twisted({ items: [{ ...ITEM, ignored: 1 }] }),
    );
    const outcomes = { believed: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(answers, fc.constantFrom(200, 200, 200, 429, 500), async (answer, status) => {
        plant(http(status, JSON.stringify(answer)));
        for (const pulled of [
          adapter('per-date').pull(ONE, watch, never),
          adapter('snapshot').pull(ALL, watch, never),
        ]) {
          const outcome = await pulled.catch((error: unknown) => error);
          expect(Array.isArray(outcome) || outcome instanceof SupplierFailure, String(outcome)).toBe(true);
          outcomes[Array.isArray(outcome) ? 'believed' : 'refused'] += 1;
        }
      }),
      { numRuns: 400 },
    );
    expect(Math.min(outcomes.believed, outcomes.refused)).toBeGreaterThan(0);
  });
});

type Path = readonly string[];

function paths(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...paths(inner).map((path) => [key, ...path])]);
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy: Record<string, unknown> = Array.isArray(value) ? Object.assign([], value) : Object.assign({}, value);
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}
