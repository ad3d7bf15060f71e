import fc from 'fast-check';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BOUND_MS, openTestView } from '../../test/support/freshness/gated-source.ts';
import { Unavailable } from '../platform/errors.ts';
import { type Reuse, readyBody, requestedMaxAgeMs, sendCached } from './http-caching.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTime(ms);

/** A route that answers from a view, as the routes of modules do, and the view's source. */
function openRoute(reuse: Reuse = 'within-bound', staleOnErrorMs = 0) {
  const source = { value: '{"a":1}', failing: false, loads: 0 };
  const { view, setFeedConnected } = openTestView({
    staleOnErrorMs,
    async load() {
      source.loads += 1;
      if (source.failing) throw new Unavailable('database-unavailable', 'gone');
      return source.value;
    },
  });
  const app = Fastify();
  app.get('/', async (request, reply) => {
    const served = await view.get('a', requestedMaxAgeMs(request));
    return sendCached(request, reply, served, readyBody(served.value ?? ''), reuse);
  });
  const ask = (headers: Record<string, string> = {}) => app.inject({ url: '/', headers });
  return { ask, source, view, setFeedConnected };
}

describe('sendCached', () => {
  it('an answer has Age, Cache-Control, Cache-Status and ETag', async () => {
    const { ask } = openRoute();
    const first = await ask();
    expect(first.statusCode).toBe(200);
    expect(first.body).toBe('{"a":1}');
    expect(first.headers).toMatchObject({
      age: '0',
      'cache-control': `max-age=${BOUND_MS / 1_000}`,
      'cache-status': 'Holdfast; fwd=miss; ttl=10',
      'content-type': 'application/json; charset=utf-8',
      etag: readyBody('{"a":1}').etag,
    });
    pass(2_000);
    expect((await ask()).headers).toMatchObject({ age: '2', 'cache-status': 'Holdfast; hit; ttl=8' });
  });

  it('Age is rounded up and never less than the true age', async () => {
    const { ask } = openRoute();
    await ask();
    for (const [ms, age, ttl] of [
      [1, '1', '9'],
      [998, '1', '9'],
      [1, '1', '9'],
      [1, '2', '8'],
    ] as const) {
      pass(ms);
      expect((await ask()).headers).toMatchObject({ age, 'cache-status': `Holdfast; hit; ttl=${ttl}` });
    }
  });

  it('an answer that must be revalidated has Cache-Control: no-cache', async () => {
    const { ask } = openRoute('revalidate');
    expect((await ask()).headers['cache-control']).toBe('no-cache');
  });

  it('Cache-Status distinguishes a tighter request from an entry past its bound', async () => {
    const { ask } = openRoute();
    await ask();
    pass(1_001);
    expect((await ask({ 'cache-control': 'max-age=1' })).headers['cache-status']).toBe('Holdfast; fwd=request; ttl=10');
    pass(BOUND_MS + 1);
    expect((await ask()).headers['cache-status']).toBe('Holdfast; fwd=stale; ttl=10');
  });

  it('Cache-Status of an answer read while the feed is disconnected has detail=uncertain', async () => {
    const { ask, setFeedConnected } = openRoute();
    await ask();
    setFeedConnected(false);
    expect((await ask()).headers['cache-status']).toBe('Holdfast; fwd=miss; detail=uncertain; ttl=10');
  });

  it('Cache-Status of an answer past its bound has detail=source-failed and a negative ttl', async () => {
    const { ask, source } = openRoute('within-bound', 60_000);
    await ask();
    pass(BOUND_MS + 5_000);
    source.failing = true;
    const late = await ask();
    expect(late.headers).toMatchObject({ age: '15', 'cache-status': 'Holdfast; hit; ttl=-5; detail=source-failed' });
  });
});

describe('If-None-Match', () => {
  const { etag } = readyBody('{"a":1}');

  it.each([etag, `W/${etag}`, `"other", ${etag}`, `"other",W/${etag}`, '*', ' * '])(
    'If-None-Match %s returns 304 without a body',
    async (header) => {
      const { ask } = openRoute();
      const answer = await ask({ 'if-none-match': header });
      expect([answer.statusCode, answer.body]).toEqual([304, '']);
      expect(answer.headers).toMatchObject({ etag, age: '0', 'cache-control': 'max-age=10' });
      expect(answer.headers['cache-status']).toBeDefined();
    },
  );

  it.each(['"other"', etag.slice(1, -1), '""', ''])('If-None-Match %s returns 200 with the body', async (header) => {
    const { ask } = openRoute();
    expect((await ask({ 'if-none-match': header })).statusCode).toBe(200);
  });

  it('two ETags are equal exactly when the bodies are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(readyBody(one).etag === readyBody(other).etag).toBe(one === other);
        expect(readyBody(one).etag).toMatch(/^"[\w-]+"$/);
      }),
    );
  });
});

describe('requestedMaxAgeMs', () => {
  const requested = (header: string | undefined) =>
    requestedMaxAgeMs({ headers: header === undefined ? {} : { 'cache-control': header } } as Parameters<
      typeof requestedMaxAgeMs
    >[0]);

  it.each([
    [undefined, undefined],
    ['max-age=0', 0],
    ['max-age=5', 5_000],
    ['Max-Age=5', 5_000],
    ['no-transform, max-age=5', 5_000],
    ['max-age=5,no-transform', 5_000],
    ['no-cache', 0],
    ['NO-CACHE', 0],
    ['no-store', 0],
    ['max-age=60, no-cache', 0],
    ['max-age=', undefined],
    ['max-age=-1', undefined],
    ['max-age=1.5', undefined],
    ['max-age=x', undefined],
    ['x-max-age=5', undefined],
    ['max-stale=5', undefined],
    ['only-if-cached', undefined],
  ])('Cache-Control %s requests %s ms', (header, ms) => {
    expect(requested(header)).toBe(ms);
  });

  it('any text requests a bound of 0 or more, or none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = requested(text);
        expect(ms === undefined || (Number.isFinite(ms) && ms >= 0)).toBe(true);
      }),
    );
  });

  it('no-cache reads the source, and max-age does so when the entry is older', async () => {
    const { ask, source } = openRoute();
    await ask();
    pass(1_500);
    await ask({ 'cache-control': 'max-age=2' });
    expect(source.loads).toBe(1);
    source.value = '{"a":2}';
    expect((await ask({ 'cache-control': 'max-age=1' })).body).toBe('{"a":2}');
    pass(1);
    source.value = '{"a":3}';
    expect((await ask({ 'cache-control': 'no-cache' })).body).toBe('{"a":3}');
    expect(source.loads).toBe(3);
  });
});
