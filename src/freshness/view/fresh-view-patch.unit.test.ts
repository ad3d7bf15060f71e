import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BOUND_MS, settled } from '../../../test/support/freshness/gated-source.ts';
import { Unavailable } from '../../platform/errors.ts';
import { FreshView } from './fresh-view.ts';
import { MemoryStore } from './memory-store.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTime(ms);

/** A value of several parts, each with a version. */
type Parts = Map<string, number>;

/**
 * A view of one value with the parts `x` and `y`. A patch reads its parts at once, like a snapshot of a database, and
 * ends when the test delivers it.
 */
async function openPatchedView() {
  const source: Parts = new Map([
    ['x', 1],
    ['y', 1],
  ]);
  const patches: { deliver(): void; fail(error: Error): void; readonly parts: readonly string[] }[] = [];
  let loads = 0;
  const view = new FreshView<string, Parts>(
    {
      name: 'patched',
      keyOf: (key) => key,
      async load() {
        loads += 1;
        return new Map(source);
      },
      async patch(value, parts) {
        const read = parts.map((part) => [part, source.get(part) ?? 0] as const);
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        patches.push({ deliver: resolve, fail: reject, parts });
        await promise;
        for (const [part, version] of read) value.set(part, version);
      },
      maxAgeMs: BOUND_MS,
      sizeOf: () => 100,
    },
    new MemoryStore(10_000),
    () => true,
    undefined,
  );
  await view.get('v');
  return {
    view,
    patches,
    loads: () => loads,
    /** Changes a part in the source, and marks it as changed in the view. */
    change(part: string) {
      source.set(part, (source.get(part) ?? 0) + 1);
      view.invalidatePart('v', part);
    },
    async read(): Promise<Record<string, number>> {
      return Object.fromEntries((await view.get('v')).value ?? []);
    },
    peek: () => view.peek('v')?.value && Object.fromEntries(view.peek('v')?.value ?? []),
    /** The patch that began as the `index`th, counted from 0. */
    async nthPatch(index: number) {
      await settled();
      const patch = patches[index];
      if (!patch) throw new Error(`${patches.length} patches have begun, not ${index + 1}`);
      return patch;
    },
  };
}

describe('FreshView with patch', () => {
  it('one patch reads only the changed parts for all readers, and the entry keeps its age', async () => {
    const test = await openPatchedView();
    pass(500);
    test.change('x');
    expect(test.peek()).toBeUndefined();
    const readers = [test.view.get('v'), test.view.get('v')];
    const patch = await test.nthPatch(0);
    expect(patch.parts).toEqual(['x']);
    patch.deliver();
    const served = await Promise.all(readers);
    expect(served.map(({ ageMs }) => ageMs)).toEqual([500, 500]);
    expect(test.peek()).toEqual({ x: 2, y: 1 });
    expect(test.loads()).toBe(1);
    expect(test.view.counters).toMatchObject({ patches: 1, loads: 1 });
  });

  it('a part that changes again during its patch is patched again', async () => {
    const test = await openPatchedView();
    test.change('x');
    const before = test.read();
    const first = await test.nthPatch(0);
    test.change('x');
    first.deliver();
    expect(await before).toEqual({ x: 2, y: 1 });
    expect(test.peek()).toBeUndefined();
    const after = test.read();
    (await test.nthPatch(1)).deliver();
    expect(await after).toEqual({ x: 3, y: 1 });
    expect(test.peek()).toEqual({ x: 3, y: 1 });
  });

  it('parts read earlier never overwrite parts read later, whichever patch ends first', async () => {
    const test = await openPatchedView();
    test.change('x');
    const before = test.read();
    const early = await test.nthPatch(0);
    test.change('x');
    const after = test.read();
    await settled();
    // A patch for the second change may end first, so every patch that has begun ends here, the latest first.
    for (const patch of test.patches.toReversed()) patch.deliver();
    await settled();
    for (const patch of test.patches.slice(1)) patch.deliver();
    early.deliver();
    await before;
    expect(await after).toMatchObject({ x: 3 });
    expect(test.peek()).toEqual({ x: 3, y: 1 });
  });

  it('changes that come during a patch share the next patch', async () => {
    const test = await openPatchedView();
    test.change('x');
    const first = test.read();
    const early = await test.nthPatch(0);
    const later = [1, 2, 3].map(() => {
      test.change('y');
      return test.read();
    });
    early.deliver();
    (await test.nthPatch(1)).deliver();
    await first;
    for (const answer of await Promise.all(later)) expect(answer).toEqual({ x: 2, y: 4 });
    expect(test.patches.map(({ parts }) => parts)).toEqual([['x'], ['y']]);
  });

  it('an invalidation of the key loads the whole value, also during a patch', async () => {
    const test = await openPatchedView();
    test.change('x');
    const before = test.read();
    const patch = await test.nthPatch(0);
    test.view.invalidate('v');
    expect(await test.read()).toEqual({ x: 2, y: 1 });
    patch.deliver();
    await before;
    expect(test.loads()).toBe(2);
    expect(test.peek()).toEqual({ x: 2, y: 1 });
  });

  it('a reader that waited for a patch of an ended entry loads the whole value', async () => {
    const test = await openPatchedView();
    test.change('x');
    const first = test.read();
    const patch = await test.nthPatch(0);
    test.change('y');
    const second = test.read();
    test.view.invalidate('v');
    patch.deliver();
    await Promise.all([first, second]);
    expect(test.loads()).toBe(2);
    expect(test.patches).toHaveLength(1);
  });

  it('an entry that is past its bound or uncertain is loaded whole, not patched', async () => {
    const test = await openPatchedView();
    test.change('x');
    pass(BOUND_MS + 1);
    expect(await test.read()).toEqual({ x: 2, y: 1 });
    test.view.markUncertain();
    test.change('x');
    expect(await test.read()).toEqual({ x: 3, y: 1 });
    expect(test.patches).toHaveLength(0);
    expect(test.loads()).toBe(3);
  });

  it('an entry that passes its bound during a patch is loaded whole', async () => {
    const test = await openPatchedView();
    pass(BOUND_MS - 10);
    test.change('x');
    const reader = test.view.get('v');
    const patch = await test.nthPatch(0);
    pass(11);
    patch.deliver();
    expect((await reader).ageMs).toBeLessThanOrEqual(BOUND_MS);
    expect(test.loads()).toBe(2);
  });

  it('a reader with a tighter bound than the patched entry does not join its patch', async () => {
    const test = await openPatchedView();
    pass(5_000);
    test.change('x');
    const reader = test.view.get('v');
    const tight = test.view.get('v', 1_000);
    (await test.nthPatch(0)).deliver();
    expect((await reader).ageMs).toBe(5_000);
    expect((await tight).ageMs).toBeLessThanOrEqual(1_000);
  });

  it('a changed entry is not served when its patch fails', async () => {
    const test = await openPatchedView();
    test.change('x');
    const reader = test.read();
    (await test.nthPatch(0)).fail(new Unavailable('database-unavailable', 'gone'));
    await expect(reader).rejects.toBeInstanceOf(Unavailable);
    const next = test.read();
    (await test.nthPatch(1)).deliver();
    expect(await next).toEqual({ x: 2, y: 1 });
  });

  it('a change of a part voids the load of the whole value', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const view = new FreshView<string, Parts>(
      {
        name: 'slow',
        keyOf: (key) => key,
        load: () => promise.then(() => new Map([['x', 1]])),
        patch: async () => {},
        maxAgeMs: BOUND_MS,
        sizeOf: () => 100,
      },
      new MemoryStore(10_000),
      () => true,
      undefined,
    );
    const reader = view.get('v');
    view.invalidatePart('v', 'x');
    resolve();
    await reader;
    expect(view.peek('v')).toBeUndefined();
  });
});
