import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BOUND_MS, settled } from '../../test/support/freshness/gated-source.ts';
import { Unavailable } from '../platform/errors.ts';
import { FreshView } from './fresh-view.ts';
import { MemoryStore } from './memory-store.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTime(ms);

type Shelf = Map<string, number>;

/**
 * A view of one shelf whose parts are read at once, as a database's snapshot is, and whose answers arrive when the
 * test says so.
 */
async function openShelf() {
  const truth: Shelf = new Map([
    ['x', 1],
    ['y', 1],
  ]);
  const arrivals: { deliver(): void; fail(error: Error): void; readonly parts: readonly string[] }[] = [];
  let loads = 0;
  let vouched = true;
  const view = new FreshView<string, Shelf>(
    {
      name: 'shelf',
      keyOf: (key) => key,
      async load() {
        loads += 1;
        return new Map(truth);
      },
      async patch(shelf, parts) {
        const read = parts.map((part) => [part, truth.get(part) ?? 0] as const);
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        arrivals.push({ deliver: resolve, fail: reject, parts });
        await promise;
        for (const [part, version] of read) shelf.set(part, version);
      },
      maxAgeMs: BOUND_MS,
      sizeOf: () => 100,
    },
    new MemoryStore(10_000),
    () => vouched,
    undefined,
  );
  await view.get('s');
  return {
    view,
    arrivals,
    loads: () => loads,
    vouch: (now: boolean) => {
      vouched = now;
    },
    /** Changes a part, and tells the view. */
    change(part: string) {
      truth.set(part, (truth.get(part) ?? 0) + 1);
      view.invalidatePart('s', part);
    },
    async read(): Promise<Record<string, number>> {
      return Object.fromEntries((await view.get('s')).value ?? []);
    },
    peek: () => view.peek('s')?.value && Object.fromEntries(view.peek('s')?.value ?? []),
    async arrival(index: number) {
      await settled();
      const arrival = arrivals[index];
      if (!arrival) throw new Error(`${arrivals.length} patches were asked for`);
      return arrival;
    },
  };
}

describe('a view that can patch', () => {
  it('reads only the parts that changed, once for all who ask, and stays as old as it was', async () => {
    const shelf = await openShelf();
    pass(500);
    shelf.change('x');
    expect(shelf.peek()).toBeUndefined();
    const readers = [shelf.view.get('s'), shelf.view.get('s')];
    const arrival = await shelf.arrival(0);
    expect(arrival.parts).toEqual(['x']);
    arrival.deliver();
    const served = await Promise.all(readers);
    expect(served.map(({ ageMs }) => ageMs)).toEqual([500, 500]);
    expect(shelf.peek()).toEqual({ x: 2, y: 1 });
    expect(shelf.loads()).toBe(1);
    expect(shelf.view.counters).toMatchObject({ patches: 1, loads: 1 });
  });

  it('marks a part that changes again while it is read', async () => {
    const shelf = await openShelf();
    shelf.change('x');
    const before = shelf.read();
    const first = await shelf.arrival(0);
    shelf.change('x');
    first.deliver();
    expect(await before).toEqual({ x: 2, y: 1 });
    expect(shelf.peek()).toBeUndefined();
    const after = shelf.read();
    (await shelf.arrival(1)).deliver();
    expect(await after).toEqual({ x: 3, y: 1 });
    expect(shelf.peek()).toEqual({ x: 3, y: 1 });
  });

  it('never puts rows read earlier over rows read later, in whichever order they arrive', async () => {
    const shelf = await openShelf();
    shelf.change('x');
    const before = shelf.read();
    const early = await shelf.arrival(0);
    shelf.change('x');
    const after = shelf.read();
    await settled();
    // Whatever reads the second change may arrive first; here all that can arrive does, the newest first.
    for (const arrival of shelf.arrivals.toReversed()) arrival.deliver();
    await settled();
    for (const arrival of shelf.arrivals.slice(1)) arrival.deliver();
    early.deliver();
    await before;
    expect(await after).toMatchObject({ x: 3 });
    expect(shelf.peek()).toEqual({ x: 3, y: 1 });
  });

  it('reads once for all changes that come while another patch is under way', async () => {
    const shelf = await openShelf();
    shelf.change('x');
    const first = shelf.read();
    const early = await shelf.arrival(0);
    const later = [1, 2, 3].map(() => {
      shelf.change('y');
      return shelf.read();
    });
    early.deliver();
    (await shelf.arrival(1)).deliver();
    await first;
    for (const answer of await Promise.all(later)) expect(answer).toEqual({ x: 2, y: 4 });
    expect(shelf.arrivals.map(({ parts }) => parts)).toEqual([['x'], ['y']]);
  });

  it('loads the whole when it has changed as a whole, also in the middle of a patch', async () => {
    const shelf = await openShelf();
    shelf.change('x');
    const before = shelf.read();
    const patch = await shelf.arrival(0);
    shelf.view.invalidate('s');
    expect(await shelf.read()).toEqual({ x: 2, y: 1 });
    patch.deliver();
    await before;
    expect(shelf.loads()).toBe(2);
    expect(shelf.peek()).toEqual({ x: 2, y: 1 });
  });

  it('loads the whole when it waited for a patch of what is no longer kept', async () => {
    const shelf = await openShelf();
    shelf.change('x');
    const first = shelf.read();
    const patch = await shelf.arrival(0);
    shelf.change('y');
    const second = shelf.read();
    shelf.view.invalidate('s');
    patch.deliver();
    await Promise.all([first, second]);
    expect(shelf.loads()).toBe(2);
    expect(shelf.arrivals).toHaveLength(1);
  });

  it('loads the whole when its age or a doubt asks for it', async () => {
    const shelf = await openShelf();
    shelf.change('x');
    pass(BOUND_MS + 1);
    expect(await shelf.read()).toEqual({ x: 2, y: 1 });
    shelf.view.markUncertain();
    shelf.change('x');
    expect(await shelf.read()).toEqual({ x: 3, y: 1 });
    expect(shelf.arrivals).toHaveLength(0);
    expect(shelf.loads()).toBe(3);
  });

  it('loads the whole when the patch took it past its bound', async () => {
    const shelf = await openShelf();
    pass(BOUND_MS - 10);
    shelf.change('x');
    const reader = shelf.view.get('s');
    const patch = await shelf.arrival(0);
    pass(11);
    patch.deliver();
    expect((await reader).ageMs).toBeLessThanOrEqual(BOUND_MS);
    expect(shelf.loads()).toBe(2);
  });

  it('does not let those join who ask for a tighter bound than it will have', async () => {
    const shelf = await openShelf();
    pass(5_000);
    shelf.change('x');
    const reader = shelf.view.get('s');
    const tight = shelf.view.get('s', 1_000);
    (await shelf.arrival(0)).deliver();
    expect((await reader).ageMs).toBe(5_000);
    expect((await tight).ageMs).toBeLessThanOrEqual(1_000);
  });

  it('answers nothing from memory when a part is known to have changed and cannot be read', async () => {
    const shelf = await openShelf();
    shelf.change('x');
    const reader = shelf.read();
    (await shelf.arrival(0)).fail(new Unavailable('database-unavailable', 'gone'));
    await expect(reader).rejects.toBeInstanceOf(Unavailable);
    const next = shelf.read();
    (await shelf.arrival(1)).deliver();
    expect(await next).toEqual({ x: 2, y: 1 });
  });

  it('voids a load of the whole when a part changes meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const view = new FreshView<string, Shelf>(
      {
        name: 'slow shelf',
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
    const reader = view.get('s');
    view.invalidatePart('s', 'x');
    resolve();
    await reader;
    expect(view.peek('s')).toBeUndefined();
  });
});
