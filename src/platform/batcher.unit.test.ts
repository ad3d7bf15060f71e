import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.ts';
import { Unavailable } from './errors.ts';

const OPTIONS = { maxBatchSize: 4, maxConcurrent: 1 };

/** A lane that records its batches, and holds them until `open` is called. */
function gatedLane(name: string, maxWaiting = 100) {
  const batches: number[][] = [];
  let release: () => void = () => {};
  let gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    batches,
    open() {
      release();
      gate = Promise.resolve();
    },
    lane: {
      name,
      maxWaiting,
      async run(inputs: readonly number[]) {
        batches.push([...inputs]);
        await gate;
        return inputs.map((input) => input * 10);
      },
    },
  };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('Batcher', () => {
  it('callers of one turn share a batch, and each gets its own output', async () => {
    const { lane, batches, open } = gatedLane('work');
    const call = new Batcher(OPTIONS).open(lane);
    open();
    expect(await Promise.all([1, 2, 3].map(call))).toEqual([10, 20, 30]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('callers that come while a batch is in flight share the next batches, up to the batch size', async () => {
    const { lane, batches, open } = gatedLane('work');
    const call = new Batcher(OPTIONS).open(lane);
    const first = call(0);
    await nextTurn();
    const rest = [1, 2, 3, 4, 5].map(call);
    await nextTurn();
    expect(batches).toEqual([[0]]);
    open();
    await Promise.all([first, ...rest]);
    expect(batches).toEqual([[0], [1, 2, 3, 4], [5]]);
  });

  it('the first lane is served first, however long the queue of the second is', async () => {
    const batcher = new Batcher({ maxBatchSize: 1, maxConcurrent: 1 });
    const order: string[] = [];
    const lane = (name: string) => ({
      name,
      maxWaiting: 10,
      async run(inputs: readonly number[]) {
        order.push(`${name} ${inputs[0]}`);
        await nextTurn();
        return [...inputs];
      },
    });
    const confirm = batcher.open<number, number>(lane('confirm'));
    const hold = batcher.open<number, number>(lane('hold'));
    await Promise.all([hold(1), hold(2), hold(3), confirm(1), confirm(2)]);
    expect(order).toEqual(['confirm 1', 'confirm 2', 'hold 1', 'hold 2', 'hold 3']);
  });

  it('a caller beyond maxWaiting is refused at once, and the others are served', async () => {
    const { lane, open } = gatedLane('work', 2);
    const batcher = new Batcher(OPTIONS);
    const call = batcher.open(lane);
    const waiting = [call(1), call(2)];
    await expect(call(3)).rejects.toMatchObject({ type: 'overloaded', kind: 'unavailable', retryAfterS: 1 });
    expect(batcher.waiting()).toEqual({ work: 2 });
    open();
    expect(await Promise.all(waiting)).toEqual([10, 20]);
  });

  it('a caller that has waited longer than maxWaitMs is refused, and a later caller is served', async () => {
    const { lane, batches, open } = gatedLane('work');
    const maxWaitMs = 50;
    const call = new Batcher({ ...OPTIONS, maxWaitMs }).open(lane);
    const slow = call(1);
    await nextTurn();
    const early = call(2);
    const sinceMs = performance.now();
    while (performance.now() - sinceMs <= maxWaitMs) await nextTurn();
    const late = call(3);
    open();
    await expect(early).rejects.toMatchObject({ type: 'overloaded', kind: 'unavailable', retryAfterS: 1 });
    expect(await Promise.all([slow, late])).toEqual([10, 30]);
    expect(batches).toEqual([[1], [3]]);
  });

  it('only the caller whose input cannot be served gets the error', async () => {
    const call = new Batcher(OPTIONS).open<number, number>({
      name: 'work',
      maxWaiting: 10,
      async run(inputs) {
        if (inputs.includes(3)) throw new Error('3 is poison');
        return inputs.map((input) => input * 10);
      },
    });
    const settled = await Promise.allSettled([1, 2, 3, 4].map(call));
    expect(settled.map((each) => (each.status === 'fulfilled' ? each.value : each.reason.message))).toEqual([
      10,
      20,
      '3 is poison',
      40,
    ]);
  });

  it('a batch that fails with Unavailable is not tried again in halves', async () => {
    let runs = 0;
    const call = new Batcher(OPTIONS).open<number, number>({
      name: 'work',
      maxWaiting: 10,
      async run() {
        runs += 1;
        throw new Unavailable('database-unavailable', 'gone');
      },
    });
    await Promise.allSettled([1, 2, 3, 4].map(call));
    expect(runs).toBe(1);
  });
});
