import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BOUND_MS, fillWith, openTestView, settled } from '../../../test/support/freshness/gated-source.ts';
import { Unavailable } from '../../platform/errors.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTime(ms);

describe('FreshView after a change', () => {
  it('invalidate ends the entry of its key and no other', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    await fillWith(test, 'b', 'same');
    test.view.invalidate('a');
    expect(test.view.peek('a')).toBeUndefined();
    expect(test.view.peek('b')?.value).toBe('same');
  });

  it('invalidateAll ends every entry', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    await fillWith(test, 'b', 'old');
    test.view.invalidateAll();
    expect(test.view.peek('a') ?? test.view.peek('b')).toBeUndefined();
  });

  it.each(['invalidate', 'invalidateAll'] as const)(
    '%s voids the load in progress: it answers its callers and is not kept',
    async (method) => {
      const { view, source } = openTestView();
      const waiting = [view.get('a'), view.get('a')];
      view[method]('a');
      (await source.nthLoad(0)).answer('old');
      expect((await Promise.all(waiting)).map(({ value }) => value)).toEqual(['old', 'old']);
      expect(view.peek('a')).toBeUndefined();
    },
  );

  it('readers that come after an invalidation share a new load', async () => {
    const { view, source } = openTestView();
    const before = view.get('a');
    view.invalidate('a');
    const after = [view.get('a'), view.get('a')];
    (await source.nthLoad(1)).answer('new');
    expect((await Promise.all(after)).map(({ value }) => value)).toEqual(['new', 'new']);
    (await source.nthLoad(0)).answer('old');
    expect((await before).value).toBe('old');
    expect(view.peek('a')?.value).toBe('new');
    expect(source.loads).toHaveLength(2);
  });

  it('an invalidation voids every load of its key, the older ones too', async () => {
    const { view, source } = openTestView();
    const loose = view.get('a');
    pass(1);
    const tight = view.get('a', 0);
    view.invalidate('a');
    (await source.nthLoad(1)).answer('old');
    await tight;
    (await source.nthLoad(0)).answer('old');
    await loose;
    expect(view.peek('a')).toBeUndefined();
  });

  it('an older load does not overwrite the entry of a newer load that ended first', async () => {
    const { view, source } = openTestView();
    const loose = view.get('a');
    pass(1);
    const tight = view.get('a', 0);
    (await source.nthLoad(1)).answer('newer');
    await tight;
    (await source.nthLoad(0)).answer('older');
    await loose;
    expect(view.peek('a')?.value).toBe('newer');
  });
});

describe('FreshView loads in progress', () => {
  it('a reader joins only a load that meets its bound', async () => {
    const { view, source } = openTestView();
    const first = view.get('a');
    pass(100);
    const joined = view.get('a', 5_000);
    const tight = view.get('a', 99);
    await settled();
    expect(source.loads.length).toBeGreaterThan(1);
    for (const load of source.loads) load.answer('one');
    const [, , served] = await Promise.all([first, joined, tight]);
    expect(served.ageMs).toBeLessThan(100);
  });

  it('while the feed is disconnected, readers join a load in its first second only', async () => {
    const { view, source, setFeedConnected } = openTestView();
    setFeedConnected(false);
    const first = view.get('a');
    pass(999);
    const joined = view.get('a');
    await settled();
    expect(source.loads).toHaveLength(1);
    pass(1);
    const late = view.get('a');
    (await source.nthLoad(0)).answer('old');
    (await source.nthLoad(1)).answer('new');
    const served = await Promise.all([first, joined, late]);
    expect(served.map(({ value }) => value)).toEqual(['old', 'old', 'new']);
  });

  it('a reader does not join a load that began before the feed disconnected', async () => {
    const { view, source, setFeedConnected } = openTestView();
    const first = view.get('a');
    setFeedConnected(false);
    const late = view.get('a');
    (await source.nthLoad(0)).answer('old');
    (await source.nthLoad(1)).answer('new');
    expect((await Promise.all([first, late])).map(({ value }) => value)).toEqual(['old', 'new']);
  });
});

describe('FreshView while entries are uncertain', () => {
  it('an uncertain entry is loaded again, and the new entry is served as certain', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    test.view.markUncertain();
    expect(test.view.peek('a')).toBeUndefined();
    const reader = test.view.get('a');
    (await test.source.nthLoad(1)).answer('new');
    expect(await reader).toMatchObject({ value: 'new', lookup: 'uncertain' });
    expect(test.view.peek('a')?.value).toBe('new');
  });

  it('markUncertain voids the loads in progress', async () => {
    const { view, source } = openTestView();
    const before = view.get('a');
    view.markUncertain();
    (await source.nthLoad(0)).answer('old');
    await before;
    expect(view.peek('a')).toBeUndefined();
  });

  it('an uncertain entry is served when the source fails, within its bound only', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    test.setFeedConnected(false);
    test.view.markUncertain();
    pass(BOUND_MS);
    const within = test.view.get('a');
    (await test.source.nthLoad(1)).fail(new Unavailable('database-unavailable', 'gone'));
    expect(await within).toMatchObject({ value: 'old', ageMs: BOUND_MS, stale: false });
    pass(1);
    const past = test.view.get('a');
    (await test.source.nthLoad(2)).fail(new Unavailable('database-unavailable', 'gone'));
    await expect(past).rejects.toBeInstanceOf(Unavailable);
  });

  it('an invalidated entry is not served even when the source fails', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    test.view.invalidate('a');
    const reader = test.view.get('a');
    (await test.source.nthLoad(1)).fail(new Unavailable('database-unavailable', 'gone'));
    await expect(reader).rejects.toBeInstanceOf(Unavailable);
  });

  it('an entry loaded while the feed is disconnected stays uncertain after the reconnect', async () => {
    const test = openTestView();
    test.setFeedConnected(false);
    await fillWith(test, 'a', 'one');
    expect(test.view.peek('a')).toBeUndefined();
    await fillWith(test, 'a', 'two');
    test.view.markUncertain();
    test.setFeedConnected(true);
    expect(test.view.peek('a')).toBeUndefined();
    await settled();
  });

  it('the source is tried at once after the feed reconnects, although it failed a moment before', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    test.setFeedConnected(false);
    test.view.markUncertain();
    const disconnected = test.view.get('a');
    (await test.source.nthLoad(1)).fail(new Unavailable('database-unavailable', 'gone'));
    expect((await disconnected).value).toBe('old');
    test.view.markUncertain();
    test.setFeedConnected(true);
    const reconnected = test.view.get('a');
    (await test.source.nthLoad(2)).answer('new');
    expect((await reconnected).value).toBe('new');
  });
});
