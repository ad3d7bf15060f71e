import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BOUND_MS, fillWith, openTestView } from '../../../test/support/freshness/gated-source.ts';
import { Unavailable } from '../../platform/errors.ts';

const unavailable = () => new Unavailable('database-unavailable', 'gone');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTime(ms);

describe('FreshView', () => {
  it('1,000 readers of one key share one load', async () => {
    const { view, source } = openTestView();
    const readers = Array.from({ length: 1_000 }, () => view.get('a'));
    (await source.nthLoad(0)).answer('one');
    const served = await Promise.all(readers);
    expect(served.every(({ value }) => value === 'one')).toBe(true);
    expect(source.loads).toHaveLength(1);
    expect(view.counters).toMatchObject({ loads: 1, waits: 999, hits: 0 });
  });

  it('entries of different keys are independent', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    await fillWith(test, 'b', 'two');
    expect(test.view.peek('a')?.value).toBe('one');
    expect(test.view.peek('b')?.value).toBe('two');
  });

  it('the age of an entry counts from before its load began', async () => {
    const { view, source } = openTestView();
    const reader = view.get('a');
    pass(400);
    (await source.nthLoad(0)).answer('one');
    expect(await reader).toMatchObject({ value: 'one', ageMs: 400, boundMs: BOUND_MS, lookup: 'miss', stale: false });
    pass(100);
    expect(view.peek('a')).toMatchObject({ ageMs: 500, lookup: 'hit' });
  });

  it('an entry is served until the end of its bound and loaded again after it', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    pass(BOUND_MS);
    expect(await test.view.get('a')).toMatchObject({ value: 'one', ageMs: BOUND_MS, lookup: 'hit' });
    pass(1);
    const reader = test.view.get('a');
    expect(test.view.peek('a')).toBeUndefined();
    (await test.source.nthLoad(1)).answer('two');
    expect(await reader).toMatchObject({ value: 'two', ageMs: 0, lookup: 'stale', stale: false });
  });

  it('a reader may request a tighter bound, and a looser one has no effect', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    pass(2_000);
    expect(await test.view.get('a', 2_000)).toMatchObject({ lookup: 'hit', ageMs: 2_000 });
    pass(1);
    const tight = test.view.get('a', 2_000);
    (await test.source.nthLoad(1)).answer('two');
    expect(await tight).toMatchObject({ value: 'two', lookup: 'request' });
    pass(BOUND_MS + 1);
    const loose = test.view.get('a', BOUND_MS * 10);
    (await test.source.nthLoad(2)).answer('three');
    expect(await loose).toMatchObject({ value: 'three', lookup: 'stale' });
  });

  it('a bound of 0 reads the source although a fresh entry is in memory', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    pass(1);
    const reader = test.view.get('a', 0);
    (await test.source.nthLoad(1)).answer('two');
    expect(await reader).toMatchObject({ value: 'two', ageMs: 0 });
  });

  it('the answer that nothing has a key has its own bound', async () => {
    const test = openTestView({ negativeMaxAgeMs: 1_000 });
    await fillWith(test, 'a', undefined);
    pass(1_000);
    expect(await test.view.get('a')).toMatchObject({ value: undefined, boundMs: 1_000, lookup: 'hit' });
    pass(1);
    const reader = test.view.get('a');
    (await test.source.nthLoad(1)).answer('one');
    expect(await reader).toMatchObject({ value: 'one', boundMs: BOUND_MS, lookup: 'stale' });
  });

  it('the least recently read entry is evicted when the memory is full', async () => {
    // An entry takes 200 bytes in addition to its value.
    const test = openTestView({}, 3 * 1_200);
    for (const key of ['a', 'b', 'c']) await fillWith(test, key, key.repeat(1_000));
    expect(test.view.peek('a')).toBeDefined();
    await fillWith(test, 'd', 'd'.repeat(1_000));
    expect(['a', 'b', 'c', 'd'].filter((key) => test.view.peek(key))).toEqual(['a', 'c', 'd']);
    await fillWith(test, 'e', 'e'.repeat(2_000));
    expect(['a', 'b', 'c', 'd', 'e'].filter((key) => test.view.peek(key))).toEqual(['d', 'e']);
  });

  it('a value larger than the whole memory is served and not kept', async () => {
    const test = openTestView({}, 1_000);
    const reader = test.view.get('a');
    (await test.source.nthLoad(0)).answer('x'.repeat(1_000));
    expect((await reader).value).toHaveLength(1_000);
    expect(test.view.peek('a')).toBeUndefined();
  });

  it('hits, misses, loads and ages are counted', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    pass(300);
    await test.view.get('a');
    pass(100);
    await test.view.get('a');
    const tight = test.view.get('a', 0);
    pass(50);
    (await test.source.nthLoad(1)).answer('two');
    await tight;
    expect(test.view.counters).toMatchObject({
      hits: 2,
      misses: { miss: 1, stale: 0, request: 1, uncertain: 0 },
      loads: 2,
      loadMs: 50,
      ageMs: 700,
      greatestAgeMs: 400,
    });
  });
});

describe('FreshView with a failing source', () => {
  it('without an entry the failure reaches the reader, and the next reader causes a new load', async () => {
    const { view, source } = openTestView();
    const reader = view.get('a');
    (await source.nthLoad(0)).fail(unavailable());
    await expect(reader).rejects.toMatchObject({ type: 'database-unavailable' });
    const next = view.get('a');
    (await source.nthLoad(1)).answer('one');
    expect((await next).value).toBe('one');
  });

  it('an entry past its bound is not served unless the view declares staleOnErrorMs', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    pass(BOUND_MS + 1);
    const reader = test.view.get('a');
    (await test.source.nthLoad(1)).fail(unavailable());
    await expect(reader).rejects.toBeInstanceOf(Unavailable);
  });

  it('an entry is served marked stale until staleOnErrorMs past its bound', async () => {
    const test = openTestView({ staleOnErrorMs: 5_000 });
    await fillWith(test, 'a', 'one');
    pass(BOUND_MS + 5_000);
    const reader = test.view.get('a');
    (await test.source.nthLoad(1)).fail(unavailable());
    expect(await reader).toMatchObject({ value: 'one', ageMs: 15_000, stale: true });
    expect(test.view.counters.stale).toBe(1);
    pass(1);
    const past = test.view.get('a');
    (await test.source.nthLoad(2)).fail(unavailable());
    await expect(past).rejects.toBeInstanceOf(Unavailable);
  });

  it('for a second after a failure, readers get the entry at once and the source gets no load', async () => {
    const test = openTestView({ staleOnErrorMs: 60_000 });
    await fillWith(test, 'a', 'one');
    pass(BOUND_MS + 1);
    const first = test.view.get('a');
    (await test.source.nthLoad(1)).fail(unavailable());
    await first;
    expect(await test.view.get('a')).toMatchObject({ value: 'one', stale: true });
    expect(test.source.loads).toHaveLength(2);
    pass(1_000);
    const later = test.view.get('a');
    (await test.source.nthLoad(2)).answer('two');
    expect(await later).toMatchObject({ value: 'two', stale: false });
  });

  it('a key without a usable entry is loaded although the source has just failed', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    await fillWith(test, 'b', 'two');
    pass(BOUND_MS + 1);
    const first = test.view.get('a');
    (await test.source.nthLoad(2)).fail(unavailable());
    await expect(first).rejects.toBeInstanceOf(Unavailable);
    const other = test.view.get('b');
    (await test.source.nthLoad(3)).answer('three');
    expect((await other).value).toBe('three');
  });

  it('an error that is not an outage reaches the reader although an entry could be served', async () => {
    const test = openTestView({ staleOnErrorMs: 60_000 });
    await fillWith(test, 'a', 'one');
    pass(BOUND_MS + 1);
    const reader = test.view.get('a');
    (await test.source.nthLoad(1)).fail(new Error('a bug'));
    await expect(reader).rejects.toThrow('a bug');
  });
});
