// Longer than 350 lines because it consists of tables of answers; separate files would repeat the set-up.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, never } from '../../../../test/support/supply/adapter-suite.ts';
import { CannedServer, httpAnswer } from '../../../../test/support/supply/canned-server.ts';
import { apiKey, supplierAt } from '../../../../test/support/supply/supplier-at.ts';
import { EVERYTHING, productDate } from '../supplier/partition.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { type Adapter, SupplierFailure } from './adapter.ts';
import { createAdapter } from './create-adapter.ts';
import type { SupplierHttpOptions } from './supplier-http.ts';

const NOW_MS = Date.parse('2026-12-02T17:00:00Z');
const DATE = '2026-12-08';
const DAY_MS = 86_400_000;

const server = new CannedServer();
let url = '';
beforeAll(async () => {
  url = await server.open();
});
afterAll(() => server.close());

const ONE_DATE = productDate(14, DATE);
const listener = { answered: () => {} };
const LIMITS = { connectMs: 300, answerMs: 300, idleMs: 300, totalMs: 600, bodyBytes: 100_000, nowMs: () => NOW_MS };

function adapter(
  kind: Supplier['adapter'],
  changes: Partial<Supplier> = {},
  options: Partial<SupplierHttpOptions> = {},
) {
  return createAdapter(supplierAt(url, kind, changes), { ...LIMITS, ...options });
}

/** Prepares the next answer and forgets the requests so far. */
function inject(answer: string | Buffer, staysOpen = false): void {
  server.answer = answer;
  server.staysOpen = staysOpen;
  server.requests.length = 0;
}

/** An adapter that has received one valid answer. The next answer is `next`. */
async function afterValidAnswer(kind: Supplier['adapter'], next: Buffer): Promise<Adapter> {
  const served = adapter(kind);
  inject(httpAnswer(200, kind === 'snapshot' ? '{"items": []}' : '[]'));
  await served.pull(kind === 'snapshot' ? EVERYTHING : ONE_DATE, listener, never);
  inject(next);
  return served;
}

async function pullRaw(answer: string | Buffer, staysOpen = false) {
  inject(answer, staysOpen);
  return adapter('snapshot').pull(EVERYTHING, listener, never);
}
const pullItems = (...items: unknown[]) => pullRaw(httpAnswer(200, JSON.stringify({ items })));
async function pullSlots(slots: unknown, changes: Partial<Supplier> = {}, date = DATE) {
  inject(httpAnswer(200, JSON.stringify(slots)));
  return adapter('per-date', changes).pull(productDate(14, date), listener, never);
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

describe('wire format', () => {
  it.each<readonly [string, string | Buffer]>([
    ['a body shorter than its length', httpAnswer(200, '[]', { 'content-length': 3 })],
    ['a missing chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n[]'],
    ['a protocol other than HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['no bytes', ''],
    ['a protocol upgrade', httpAnswer(101, '', { upgrade: 'websocket', connection: 'upgrade' })],
    ['a partial answer', httpAnswer(206, '{"items": []}')],
    ['no content', httpAnswer(204)],
    ['headers that are too long', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(200_000)}`],
    ['invalid UTF-8', httpAnswer(200, Buffer.from([0x22, 0xff, 0x22]))],
    ['text that is not JSON', httpAnswer(200, "{'items': []}")],
    ['JSON with trailing text', httpAnswer(200, '{"items": []} x')],
    ['a body that is too long', httpAnswer(200, `{"items": []}${' '.repeat(100_000)}`)],
    ['a redirect', httpAnswer(302, '', { location: '/items' })],
    ['a permanent redirect', httpAnswer(308, '', { location: '/items' })],
  ])('a pull answered with %s fails after one request', async (_what, answer) => {
    await failureOf(pullRaw(answer));
    expect(server.requests).toHaveLength(1);
  });

  it.each<readonly [string, string, string]>([
    ['the answer', '', 'GET was not answered within 300 ms'],
    ['the end of the headers', 'HTTP/1.1 200 OK\r\n', 'GET was not answered within 300 ms'],
    ['the answer after an interim one', 'HTTP/1.1 102 Processing\r\n\r\n', 'GET was not answered within 300 ms'],
    [
      'the rest of the body',
      httpAnswer(200, '{"items"', { 'content-length': 99 }).toString(),
      'GET received nothing for 300 ms in mid-answer',
    ],
  ])('a pull does not wait forever for %s', async (_what, answer, message) => {
    expect((await failureOf(pullRaw(answer, true))).message).toBe(message);
  });

  it('a pull does not wait forever for a TLS handshake', async () => {
    inject('', true);
    const secure = adapter('snapshot', { baseUrl: url.replace('http:', 'https:') });
    expect((await failureOf(secure.pull(EVERYTHING, listener, never))).message).toBe(
      'GET could not connect within 300 ms',
    );
  });

  it('a pull reads a chunked body and a body without a length to the end, and ignores unknown fields', async () => {
    const body = JSON.stringify({ items: [{ ...ITEM, colour: 'red' }], as_of: 'long ago', next: null });
    const chunked = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect(await pullRaw(chunked, true)).toHaveLength(1);
    expect(await pullRaw(`HTTP/1.1 200 OK\r\n\r\n${body}`)).toHaveLength(1);
  });

  it('a request carries the API key if there is one, and the path of `base_url`', async () => {
    inject(httpAnswer(200, '{"items": []}'));
    await adapter('snapshot', { baseUrl: `${url}/a%20b`, apiKey: undefined }).pull(EVERYTHING, listener, never);
    await adapter('snapshot', { apiKey: apiKey('sesame') }).pull(EVERYTHING, listener, never);
    expect(server.requests[0]).toMatch(/^GET \/a%20b\/items HTTP\/1.1\r\n/);
    expect(server.requests[0]).not.toContain('x-api-key');
    expect(server.requests[1]).toMatch(/^GET \/items HTTP\/1.1\r\n[\s\S]*x-api-key: sesame\r\n/);
  });

  it('the message of a failure is one short line without the API key', async () => {
    inject(httpAnswer(500, `\u0000no\u001b[31m\r\n\u2028 key sesame, \u202e${'é'.repeat(500)}`));
    const { message } = await failureOf(
      adapter('snapshot', { apiKey: apiKey('sesame') }).pull(EVERYTHING, listener, never),
    );
    expect(message).toMatch(/^answered 500: no \[31m key \[key\], é+$/);
    expect(message.length).toBeLessThanOrEqual(220);
  });
});

describe('retry-after', () => {
  const reset = (ms: unknown) => JSON.stringify({ rateLimitState: { reset: ms } });
  const httpDate = (ms: number) => new Date(ms).toUTCString();

  it.each<readonly [number, Record<string, string>, string, number | undefined]>([
    [429, { 'retry-after': '7' }, '', 7_000],
    [503, { 'retry-after': '7' }, 'busy', 7_000],
    [500, { 'retry-after': '7' }, '', 7_000],
    [302, { 'retry-after': '7' }, '', 7_000],
    [403, {}, reset(NOW_MS + 1_500), 1_500],
    [429, { 'ratelimit-reset': '30' }, '', 30_000],
    [429, { 'x-ratelimit-reset': String((NOW_MS + 20_000) / 1_000) }, '', 20_000],
    [429, { 'x-rate-limit-reset': String(NOW_MS + 250) }, '', 250],
    [429, { ratelimit: '"default";r=0;t=12' }, '', 12_000],
    [429, { ratelimit: 'limit=10, remaining=0, reset=9' }, '', 9_000],
    [429, { ratelimit: '"default";r=0;t=12', 'retry-after': '3' }, '', 3_000],
    [503, { 'x-ratelimit-reset': '30' }, '', undefined],
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
  ])(
    'an answer with status %i, headers %j and body %s asks for a wait of %s',
    async (status, headers, body, expected) => {
      expect((await failureOf(pullRaw(httpAnswer(status, body, headers)))).retryAfterMs).toBe(expected);
    },
  );

  it('the requested wait is known even if the answer is cut off', async () => {
    const answer = httpAnswer(429, 'x', { 'retry-after': '7', 'content-length': 9 });
    expect((await failureOf(pullRaw(answer))).retryAfterMs).toBe(7_000);
  });
});

describe('snapshot answers', () => {
  it('a snapshot has its times in UTC, and counts are capped at a million', async () => {
    expect(await pullItems({ ...ITEM, remaining: 1e12 })).toEqual([
      {
        id: 1,
        name: 'Tour',
        startsAt: '2026-12-30T10:00:00.000000Z',
        endsAt: '2026-12-30T11:00:00.500000Z',
        local: null,
        variantId: null,
        remaining: 1_000_000,
        price: { final: '9.5', original: '9.5', discount: '0', currency: 'SGD' },
        pax: [],
      },
    ]);
  });

  it('a snapshot keeps the ids 7 and "7" apart and drops exact duplicates', async () => {
    const slots = await pullItems({ ...ITEM, id: '7' }, { ...ITEM, id: 7 }, { ...ITEM, id: 7, extra: 1 });
    expect(slots.map(({ id }) => id)).toEqual([7, '7']);
  });

  it('a snapshot may have times as .NET and Go write them, in either case, cut to the microsecond', async () => {
    const times = { starts_at: '2026-12-30T10:00:00.1234567Z', ends_at: '2026-12-30t18:00:00.123456999+08:00' };
    const [slot] = await pullItems({ ...ITEM, ...times, ends_at: times.ends_at.replace('18', '19') });
    expect(slot?.startsAt).toBe('2026-12-30T10:00:00.123456Z');
    expect(slot?.endsAt).toBe('2026-12-30T11:00:00.123456Z');
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
  ])('a snapshot with an item that has %j is refused as a whole', async (changes, where) => {
    expect((await failureOf(pullItems(ITEM, { ...ITEM, id: 2, ...changes }))).message).toContain(where);
  });
});

describe('per-date answers', () => {
  const slot = (changes: object) => [{ ...SLOT, ...changes }];
  const pax = (...changes: object[]) => slot({ paxAvailability: changes.map((change) => ({ ...PAX, ...change })) });

  it('the first pax type is primary if none is marked, and two pax types may share a name', async () => {
    const [first] = await pullSlots(pax({}, { type: 'CHILD', price: { ...PRICE, finalPrice: 0 } }));
    expect(first?.pax.map(({ type, isPrimary }) => [type, isPrimary])).toEqual([
      ['ADULT', true],
      ['CHILD', false],
    ]);
    expect(first?.price).toEqual({ final: '10', original: '12.5', discount: '1', currency: 'SGD' });
    expect(first?.remaining).toBe(5);
  });

  it('the price of a slot is that of the pax type that is marked as primary', async () => {
    const child = { type: 'CHILD', isPrimary: true, price: { ...PRICE, finalPrice: 3.25 } };
    const [first] = await pullSlots(pax({ isPrimary: false }, child));
    expect(first?.price.final).toBe('3.25');
  });

  it.each<readonly [unknown, string]>([
    [{}, 'it must be array'],
    [slot({ startDate: '2026-12-09' }), '/0/startDate is not the requested date'],
    [slot({ startTime: '24:00' }), '/0/startTime'],
    [slot({ endTime: '9:00' }), '/0/endTime'],
    [slot({ paxAvailability: [] }), '/0/paxAvailability'],
    [slot({ currencyCode: 'EUR' }), '/0/paxAvailability/0/price is in another currency'],
    [pax({}, {}), '/0/paxAvailability has two pax types with the same type'],
    [pax({ isPrimary: true }, { type: 'B', isPrimary: true }), '/0/paxAvailability has more than one primary'],
    [pax({ type: 'a\u007f' }), '/0/paxAvailability/0/type'],
    [pax({ description: '\u0000' }), '/0/paxAvailability/0/description'],
    [pax({ price: { ...PRICE, discount: -1 } }), '/0/paxAvailability/0/price/discount'],
  ])('the per-date answer %j is refused as a whole', async (slots, where) => {
    expect((await failureOf(pullSlots(slots))).message).toContain(where);
  });

  /** New York skips 02:00 to 03:00 on 8 March 2026 and repeats 01:00 to 02:00 on 1 November. */
  it.each([
    ['2026-12-08', '10:00', '10:00', '2026-12-08T15:00:00.000000Z', '2026-12-09T15:00:00.000000Z'],
    ['2026-12-08', '23:00', '01:00', '2026-12-09T04:00:00.000000Z', '2026-12-09T06:00:00.000000Z'],
    ['2026-03-08', '01:30', '03:30', '2026-03-08T06:30:00.000000Z', '2026-03-08T07:30:00.000000Z'],
    ['2026-03-08', '02:30', '03:00', '2026-03-08T07:30:00.000000Z', '2026-03-08T08:00:00.000000Z'],
    ['2026-11-01', '01:30', '02:30', '2026-11-01T05:30:00.000000Z', '2026-11-01T07:30:00.000000Z'],
    ['2026-03-07', '02:30', '02:30', '2026-03-07T07:30:00.000000Z', '2026-03-08T07:30:00.000000Z'],
  ])(
    'a slot on %s from %s to %s in New York is from %s to %s',
    async (startDate, startTime, endTime, startsAt, endsAt) => {
      const [first] = await pullSlots(
        slot({ startDate, startTime, endTime }),
        { timeZone: 'America/New_York' },
        startDate,
      );
      expect(first).toMatchObject({ startsAt, endsAt, local: { startDate, startTime, endTime } });
    },
  );
});

describe('booking answers', () => {
  const booking = { key: 'k', slot: 7, quantity: 2, reference: 'r' };
  const book = (answer: Buffer) => {
    inject(answer);
    return adapter('snapshot').book(booking, never);
  };

  it('a booking is one request with its key and the id of the slot unchanged', async () => {
    expect(await book(httpAnswer(200, '{"id": 12}'))).toEqual({ kind: 'booked', id: 12 });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatch(
      /^POST \/bookings HTTP[\s\S]*idempotency-key: k\r\n[\s\S]*\{"item_id":7,"quantity":2,"reference":"r"\}$/,
    );
  });

  it('a booking that is answered 409 is refused', async () => {
    expect(await book(httpAnswer(409, 'no'))).toEqual({ kind: 'refused', reason: 'answered 409: no' });
  });

  it.each([404, 410])(
    'a booking that is answered %i is refused only after a valid answer of the supplier',
    async (status) => {
      const wrongUrl = await failureOf(book(httpAnswer(status, 'no')));
      expect(wrongUrl.message).toBe(`answered ${status}: no; no request has succeeded yet, so base_url may be wrong`);
      expect(
        (await afterValidAnswer('snapshot', httpAnswer(status, 'no')).then((it) => it.book(booking, never))).kind,
      ).toBe('refused');
    },
  );

  it.each([400, 402, 405, 413, 415, 422, 451])('a booking that is answered %i is rejected', async (status) => {
    expect(await book(httpAnswer(status, 'no'))).toEqual({ kind: 'rejected', reason: `answered ${status}: no` });
  });

  it.each([202, 204, 301, 307, 401, 403, 408, 425, 429, 500, 502, 503, 504, 599])(
    'a booking that is answered %i fails and may still be made',
    async (status) => {
      await failureOf(book(httpAnswer(status, status === 204 ? '' : '{"id": 1}')));
      expect(server.requests).toHaveLength(1);
    },
  );

  it.each(['', '{}', '[]', '{"id": null}', '{"id": ""}', '{"id": 1.5}', '{"id": "\\u0000"}'])(
    'a booking fails if its id is missing or invalid: %j',
    async (body) => {
      await failureOf(book(httpAnswer(201, body)));
    },
  );

  it('a booking is not refused with 404 if the only answer so far was an HTML page', async () => {
    const wrongUrl = adapter('snapshot');
    inject(httpAnswer(200, '<html></html>'));
    await failureOf(wrongUrl.pull(EVERYTHING, listener, never));
    inject(httpAnswer(404, 'no'));
    await failureOf(wrongUrl.book(booking, never));
    await failureOf(wrongUrl.cancel(1, never));
  });

  it.each([404, 410])(
    'a cancellation that is answered %i succeeds only after a valid answer of the supplier',
    async (status) => {
      inject(httpAnswer(status));
      await failureOf(adapter('per-date').cancel(1, never));
      await (await afterValidAnswer('per-date', httpAnswer(status))).cancel(1, never);
    },
  );

  it.each([200, 202, 204])('a cancellation that is answered %i succeeds', async (status) => {
    inject(httpAnswer(status));
    await adapter('per-date').cancel('a/../b?é', never);
    expect(server.requests[0]).toMatch(/^DELETE \/bookings\/a%2F..%2Fb%3F%C3%A9 HTTP/);
  });

  it.each([302, 400, 401, 409, 429, 500])('a cancellation that is answered %i fails', async (status) => {
    inject(httpAnswer(status));
    await failureOf(adapter('per-date').cancel(1, never));
  });
});

describe('arbitrary answers', () => {
  /** A valid answer with one value replaced, which comes closer to being accepted than random JSON. */
  const mutated = (good: object) =>
    fc.tuple(fc.constantFrom(...paths(good)), fc.jsonValue()).map(([path, value]) => replaced(good, path, value));

  it('a pull returns slots or fails with SupplierFailure, whatever the answer is', async () => {
    const answers = fc.oneof(
      fc.jsonValue(),
      mutated([{ ...SLOT, ignored: 1 }]),
      mutated({ items: [{ ...ITEM, ignored: 1 }] }),
    );
    const outcomes = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(answers, fc.constantFrom(200, 200, 200, 429, 500), async (answer, status) => {
        inject(httpAnswer(status, JSON.stringify(answer)));
        for (const pulled of [
          adapter('per-date').pull(ONE_DATE, listener, never),
          adapter('snapshot').pull(EVERYTHING, listener, never),
        ]) {
          const outcome = await pulled.catch((error: unknown) => error);
          expect(Array.isArray(outcome) || outcome instanceof SupplierFailure, String(outcome)).toBe(true);
          outcomes[Array.isArray(outcome) ? 'accepted' : 'refused'] += 1;
        }
      }),
      { numRuns: 400 },
    );
    expect(Math.min(outcomes.accepted, outcomes.refused)).toBeGreaterThan(0);
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
