import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BOUND_MS, fillWith, openTestView, settled } from '../../test/support/freshness/gated-source.ts';
import { Unavailable } from '../platform/errors.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTime(ms);

describe('a change', () => {
  it('ends what is in memory', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    await fillWith(test, 'b', 'same');
    test.view.invalidate('a');
    expect(test.view.peek('a')).toBeUndefined();
    expect(test.view.peek('b')?.value).toBe('same');
  });

  it('of everything ends everything', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    await fillWith(test, 'b', 'old');
    test.view.invalidateAll();
    expect(test.view.peek('a') ?? test.view.peek('b')).toBeUndefined();
  });

  it.each(['invalidate', 'invalidateAll'] as const)(
    'voids the load under way (%s): who waited is answered, nothing is kept',
    async (how) => {
      const { view, source } = openTestView();
      const waiting = [view.get('a'), view.get('a')];
      view[how]('a');
      (await source.question(0)).answer('old');
      expect((await Promise.all(waiting)).map(({ value }) => value)).toEqual(['old', 'old']);
      expect(view.peek('a')).toBeUndefined();
    },
  );

  it('sends whoever asks after it to the source anew', async () => {
    const { view, source } = openTestView();
    const before = view.get('a');
    view.invalidate('a');
    const after = [view.get('a'), view.get('a')];
    (await source.question(1)).answer('new');
    expect((await Promise.all(after)).map(({ value }) => value)).toEqual(['new', 'new']);
    (await source.question(0)).answer('old');
    expect((await before).value).toBe('old');
    expect(view.peek('a')?.value).toBe('new');
    expect(source.questions).toHaveLength(2);
  });

  it('voids each of several loads under way, the older ones too', async () => {
    const { view, source } = openTestView();
    const loose = view.get('a');
    pass(1);
    const tight = view.get('a', 0);
    view.invalidate('a');
    (await source.question(1)).answer('old');
    await tight;
    (await source.question(0)).answer('old');
    await loose;
    expect(view.peek('a')).toBeUndefined();
  });

  it('voids the older of two loads although the newer one has ended', async () => {
    const { view, source } = openTestView();
    const loose = view.get('a');
    pass(1);
    const tight = view.get('a', 0);
    (await source.question(1)).answer('newer');
    await tight;
    (await source.question(0)).answer('older');
    await loose;
    expect(view.peek('a')?.value).toBe('newer');
  });
});

describe('joining a load', () => {
  it('is for those whose bound it meets', async () => {
    const { view, source } = openTestView();
    const first = view.get('a');
    pass(100);
    const joined = view.get('a', 5_000);
    const tight = view.get('a', 99);
    await settled();
    expect(source.questions.length).toBeGreaterThan(1);
    for (const question of source.questions) question.answer('one');
    const [, , served] = await Promise.all([first, joined, tight]);
    expect(served.ageMs).toBeLessThan(100);
  });

  it('is not for those who ask while the feed vouches for nothing, once the load is a second old', async () => {
    const { view, source, vouch } = openTestView();
    vouch(false);
    const first = view.get('a');
    pass(999);
    const joined = view.get('a');
    await settled();
    expect(source.questions).toHaveLength(1);
    pass(1);
    const late = view.get('a');
    (await source.question(0)).answer('old');
    (await source.question(1)).answer('new');
    const served = await Promise.all([first, joined, late]);
    expect(served.map(({ value }) => value)).toEqual(['old', 'old', 'new']);
  });

  it('is not for those who ask when the feed has fallen silent since the load began', async () => {
    const { view, source, vouch } = openTestView();
    const first = view.get('a');
    vouch(false);
    const late = view.get('a');
    (await source.question(0)).answer('old');
    (await source.question(1)).answer('new');
    expect((await Promise.all([first, late])).map(({ value }) => value)).toEqual(['old', 'new']);
  });
});

describe('doubt', () => {
  it('sends readers to the source, and vouches for what they load', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    test.view.markUncertain();
    expect(test.view.peek('a')).toBeUndefined();
    const reader = test.view.get('a');
    (await test.source.question(1)).answer('new');
    expect(await reader).toMatchObject({ value: 'new', source: 'uncertain' });
    expect(test.view.peek('a')?.value).toBe('new');
  });

  it('voids the loads under way', async () => {
    const { view, source } = openTestView();
    const before = view.get('a');
    view.markUncertain();
    (await source.question(0)).answer('old');
    await before;
    expect(view.peek('a')).toBeUndefined();
  });

  it('lets an entry answer when the source fails, within its bound and no further', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    test.vouch(false);
    test.view.markUncertain();
    pass(BOUND_MS);
    const within = test.view.get('a');
    (await test.source.question(1)).fail(new Unavailable('database-unavailable', 'gone'));
    expect(await within).toMatchObject({ value: 'old', ageMs: BOUND_MS, stale: false });
    pass(1);
    const past = test.view.get('a');
    (await test.source.question(2)).fail(new Unavailable('database-unavailable', 'gone'));
    await expect(past).rejects.toBeInstanceOf(Unavailable);
  });

  it('never lets an entry answer that is known to have changed', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    test.view.invalidate('a');
    const reader = test.view.get('a');
    (await test.source.question(1)).fail(new Unavailable('database-unavailable', 'gone'));
    await expect(reader).rejects.toBeInstanceOf(Unavailable);
  });

  it('loads for each reader in turn while the feed is cut, and keeps nothing as vouched for', async () => {
    const test = openTestView();
    test.vouch(false);
    await fillWith(test, 'a', 'one');
    expect(test.view.peek('a')).toBeUndefined();
    await fillWith(test, 'a', 'two');
    test.view.markUncertain();
    test.vouch(true);
    expect(test.view.peek('a')).toBeUndefined();
    await settled();
  });

  it('ends the rest given to a failing source, for the feed is back', async () => {
    const test = openTestView();
    await fillWith(test, 'a', 'old');
    test.vouch(false);
    test.view.markUncertain();
    const cut = test.view.get('a');
    (await test.source.question(1)).fail(new Unavailable('database-unavailable', 'gone'));
    expect((await cut).value).toBe('old');
    test.view.markUncertain();
    test.vouch(true);
    const back = test.view.get('a');
    (await test.source.question(2)).answer('new');
    expect((await back).value).toBe('new');
  });
});
