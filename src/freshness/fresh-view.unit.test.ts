import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BOUND_MS, fillWith, openTestView } from '../../test/support/freshness/gated-source.ts';
import { Unavailable } from '../platform/errors.ts';

const away = () => new Unavailable('database-unavailable', 'gone');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTime(ms);

describe('a view', () => {
  it('asks the source once for all who ask while it answers', async () => {
    const { view, source } = openTestView();
    const readers = Array.from({ length: 1_000 }, () => view.get('a'));
    (await source.question(0)).answer('one');
    const served = await Promise.all(readers);
    expect(served.every(({ value }) => value === 'one')).toBe(true);
    expect(source.questions).toHaveLength(1);
    expect(view.counters).toMatchObject({ loads: 1, waits: 999, hits: 0 });
  });

  it('keeps keys apart', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    await fillWith(test, 'b', 'two');
    expect(test.view.peek('a')?.value).toBe('one');
    expect(test.view.peek('b')?.value).toBe('two');
  });

  it('is as old as the moment before its load began', async () => {
    const { view, source } = openTestView();
    const reader = view.get('a');
    pass(400);
    (await source.question(0)).answer('one');
    expect(await reader).toMatchObject({ value: 'one', ageMs: 400, boundMs: BOUND_MS, source: 'miss', stale: false });
    pass(100);
    expect(view.peek('a')).toMatchObject({ ageMs: 500, source: 'hit' });
  });

  it('answers from memory to the end of its bound, and asks the source after it', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    pass(BOUND_MS);
    expect(await test.view.get('a')).toMatchObject({ value: 'one', ageMs: BOUND_MS, source: 'hit' });
    pass(1);
    const reader = test.view.get('a');
    expect(test.view.peek('a')).toBeUndefined();
    (await test.source.question(1)).answer('two');
    expect(await reader).toMatchObject({ value: 'two', ageMs: 0, source: 'stale', stale: false });
  });

  it('holds an answer to a tighter bound when it is asked to, and never to a looser one', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    pass(2_000);
    expect(await test.view.get('a', 2_000)).toMatchObject({ source: 'hit', ageMs: 2_000 });
    pass(1);
    const tight = test.view.get('a', 2_000);
    (await test.source.question(1)).answer('two');
    expect(await tight).toMatchObject({ value: 'two', source: 'request' });
    pass(BOUND_MS + 1);
    const loose = test.view.get('a', BOUND_MS * 10);
    (await test.source.question(2)).answer('three');
    expect(await loose).toMatchObject({ value: 'three', source: 'stale' });
  });

  it('asks the source for a bound of 0, however fresh it is', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    pass(1);
    const reader = test.view.get('a', 0);
    (await test.source.question(1)).answer('two');
    expect(await reader).toMatchObject({ value: 'two', ageMs: 0 });
  });

  it('knows that there is nothing, for a bound of its own', async () => {
    const test = openTestView({ negativeMaxAgeMs: 1_000 });
    await fillWith(test, 'a', undefined);
    pass(1_000);
    expect(await test.view.get('a')).toMatchObject({ value: undefined, boundMs: 1_000, source: 'hit' });
    pass(1);
    const reader = test.view.get('a');
    (await test.source.question(1)).answer('one');
    expect(await reader).toMatchObject({ value: 'one', boundMs: BOUND_MS, source: 'stale' });
  });

  it('keeps the least recently read out of memory when its bytes are used up', async () => {
    // An entry takes 200 bytes beside its value.
    const test = openTestView({}, 3 * 1_200);
    for (const key of ['a', 'b', 'c']) await fillWith(test, key, key.repeat(1_000));
    expect(test.view.peek('a')).toBeDefined();
    await fillWith(test, 'd', 'd'.repeat(1_000));
    expect(['a', 'b', 'c', 'd'].filter((key) => test.view.peek(key))).toEqual(['a', 'c', 'd']);
    await fillWith(test, 'e', 'e'.repeat(2_000));
    expect(['a', 'b', 'c', 'd', 'e'].filter((key) => test.view.peek(key))).toEqual(['d', 'e']);
  });

  it('answers, and does not keep, what is larger than all its memory', async () => {
    const test = openTestView({}, 1_000);
    const reader = test.view.get('a');
    (await test.source.question(0)).answer('x'.repeat(1_000));
    expect((await reader).value).toHaveLength(1_000);
    expect(test.view.peek('a')).toBeUndefined();
  });

  it('counts what it did', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    pass(300);
    await test.view.get('a');
    pass(100);
    await test.view.get('a');
    const tight = test.view.get('a', 0);
    pass(50);
    (await test.source.question(1)).answer('two');
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

describe('a view whose source fails', () => {
  it('passes the failure on when it knows nothing, and asks again for the next reader', async () => {
    const { view, source } = openTestView();
    const reader = view.get('a');
    (await source.question(0)).fail(away());
    await expect(reader).rejects.toMatchObject({ type: 'database-unavailable' });
    const next = view.get('a');
    (await source.question(1)).answer('one');
    expect((await next).value).toBe('one');
  });

  it('does not answer past its bound unless it has declared that it would', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    pass(BOUND_MS + 1);
    const reader = test.view.get('a');
    (await test.source.question(1)).fail(away());
    await expect(reader).rejects.toBeInstanceOf(Unavailable);
  });

  it('answers for as long past its bound as it has declared, and says so', async () => {
    const test = openTestView({ staleOnErrorMs: 5_000 });
    await fillWith(test, 'a', 'one');
    pass(BOUND_MS + 5_000);
    const reader = test.view.get('a');
    (await test.source.question(1)).fail(away());
    expect(await reader).toMatchObject({ value: 'one', ageMs: 15_000, stale: true });
    expect(test.view.counters.stale).toBe(1);
    pass(1);
    const past = test.view.get('a');
    (await test.source.question(2)).fail(away());
    await expect(past).rejects.toBeInstanceOf(Unavailable);
  });

  it('answers at once for a while, instead of making each reader wait for the failure', async () => {
    const test = openTestView({ staleOnErrorMs: 60_000 });
    await fillWith(test, 'a', 'one');
    pass(BOUND_MS + 1);
    const first = test.view.get('a');
    (await test.source.question(1)).fail(away());
    await first;
    expect(await test.view.get('a')).toMatchObject({ value: 'one', stale: true });
    expect(test.source.questions).toHaveLength(2);
    pass(1_000);
    const later = test.view.get('a');
    (await test.source.question(2)).answer('two');
    expect(await later).toMatchObject({ value: 'two', stale: false });
  });

  it('asks for what it cannot answer from memory, however lately the source failed', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'one');
    await fillWith(test, 'b', 'two');
    pass(BOUND_MS + 1);
    const first = test.view.get('a');
    (await test.source.question(2)).fail(away());
    await expect(first).rejects.toBeInstanceOf(Unavailable);
    const other = test.view.get('b');
    (await test.source.question(3)).answer('three');
    expect((await other).value).toBe('three');
  });

  it('hides no failure that is not an outage', async () => {
    const test = openTestView({ staleOnErrorMs: 60_000 });
    await fillWith(test, 'a', 'one');
    pass(BOUND_MS + 1);
    const reader = test.view.get('a');
    (await test.source.question(1)).fail(new Error('a bug'));
    await expect(reader).rejects.toThrow('a bug');
  });
});
