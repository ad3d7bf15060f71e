import { describe, expect, it } from 'vitest';
import { AsyncDisposalStack, DisposalStack } from './disposal-stacks.ts';

/** Both implementations pass the same tests: ours, and as a control that of this Node. */
const SYNC = [DisposalStack, DisposableStack] as const;
const ASYNC = [AsyncDisposalStack, AsyncDisposableStack] as const;

describe.each(SYNC.map((Stack) => [Stack.name, Stack] as const))('%s', (_name, Stack) => {
  it('cleanups run once, the latest first', () => {
    const done: string[] = [];
    const stack = new Stack();
    const resource = stack.use({ [Symbol.dispose]: () => void done.push('use') });
    expect(stack.adopt(7, (value) => void done.push(`adopt ${value}`))).toBe(7);
    stack.defer(() => void done.push('defer'));
    expect(stack.use(null)).toBeNull();
    stack.dispose();
    stack.dispose();
    expect(done).toEqual(['defer', 'adopt 7', 'use']);
    expect(stack.disposed).toBe(true);
    expect(() => stack.use(resource)).toThrow(ReferenceError);
    expect(() => stack.move()).toThrow(ReferenceError);
  });

  it('a moved stack leaves nothing to the first', () => {
    const done: number[] = [];
    let moved: DisposableStack | undefined;
    {
      using stack = new Stack();
      stack.defer(() => void done.push(1));
      stack.defer(() => void done.push(2));
      moved = stack.move();
      expect(stack.disposed).toBe(true);
    }
    expect(done).toEqual([]);
    moved.dispose();
    expect(done).toEqual([2, 1]);
  });

  it('a failing cleanup does not keep the others from running', () => {
    const done: number[] = [];
    const stack = new Stack();
    stack.defer(() => void done.push(1));
    stack.defer(() => {
      throw new Error('failed');
    });
    expect(() => stack.dispose()).toThrow('failed');
    expect(done).toEqual([1]);
  });
});

describe.each(ASYNC.map((Stack) => [Stack.name, Stack] as const))('%s', (_name, Stack) => {
  it('cleanups run one after the other, the latest first', async () => {
    const done: string[] = [];
    {
      await using stack = new Stack();
      stack.use({ [Symbol.dispose]: () => void done.push('sync') });
      stack.use({
        async [Symbol.asyncDispose]() {
          await Promise.resolve();
          done.push('async');
        },
      });
      stack.adopt('adopted', (value) => void done.push(value));
      stack.defer(async () => {
        await Promise.resolve();
        done.push('deferred');
      });
    }
    expect(done).toEqual(['deferred', 'adopted', 'async', 'sync']);
  });

  it('a moved stack leaves nothing to the first, and a failing cleanup does not keep the others from running', async () => {
    const done: number[] = [];
    const stack = new Stack();
    stack.defer(() => void done.push(1));
    stack.defer(() => Promise.reject(new Error('failed')));
    const moved = stack.move();
    await stack.disposeAsync();
    expect(done).toEqual([]);
    await expect(moved.disposeAsync()).rejects.toThrow('failed');
    expect(done).toEqual([1]);
    expect(() => moved.defer(() => {})).toThrow(ReferenceError);
  });
});
