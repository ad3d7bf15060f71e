import { describe, expect, it } from 'vitest';
import { type Lease, type RateLimit, RateLimiter, type SharedWindows } from './rate-limiter.ts';

const LIMIT: RateLimit = { requests: 3, windowMs: 60_000 };

class Clock {
  ms = 5_000;
  readonly now = () => this.ms;
}

/** The shared windows, in the memory of the test: exact, and lost when the test says so. */
class Windows implements SharedWindows {
  isUsable = true;
  leases = 0;
  failure: Error | undefined;
  readonly #windows = new Map<string, { used: number; endsAtMs: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async lease(name: string, { requests, windowMs }: RateLimit, tokens: number): Promise<Lease> {
    this.leases += 1;
    if (this.failure) throw this.failure;
    const now = this.#clock.ms;
    let window = this.#windows.get(name);
    if (!window || now >= window.endsAtMs) window = { used: 0, endsAtMs: now + windowMs };
    const granted = Math.min(tokens, requests - window.used);
    window.used += granted;
    this.#windows.set(name, window);
    return { granted, left: requests - window.used, endsInMs: window.endsAtMs - now };
  }
}

/** Sends requests one by one, and returns how many were admitted. */
async function admitted(limiter: RateLimiter, count: number, name = 'a'): Promise<number> {
  let sum = 0;
  for (let request = 0; request < count; request += 1) sum += Number((await limiter.decide(name)).isAdmitted);
  return sum;
}

describe('a limiter in one process', () => {
  it('admits exactly the limit in a window, counted for each name', () => {
    const clock = new Clock();
    const limiter = new RateLimiter(LIMIT, undefined, clock.now);
    expect(limiter.fromMemory('a')).toEqual({ isAdmitted: true, remaining: 2, resetMs: 60_000 });
    clock.ms += 10_000;
    expect(limiter.fromMemory('a')).toEqual({ isAdmitted: true, remaining: 1, resetMs: 50_000 });
    expect(limiter.fromMemory('a')?.isAdmitted).toBe(true);
    expect(limiter.canAdmit('a')).toBe(false);
    expect(limiter.fromMemory('a')).toEqual({ isAdmitted: false, remaining: 0, resetMs: 50_000 });
    expect(limiter.fromMemory('b')?.isAdmitted).toBe(true);
    clock.ms += 50_000;
    expect(limiter.fromMemory('a')).toEqual({ isAdmitted: true, remaining: 2, resetMs: 60_000 });
  });

  it.each([0.1, 1_234.567_8, 8_191.999_9, 87_654.321_1])('resets within the window when it begins at %d ms', (ms) => {
    const clock = new Clock();
    const limiter = new RateLimiter(LIMIT, undefined, clock.now);
    for (let step = 0; step < 1_000; step += 1) {
      clock.ms = ms + step * 60_000.1;
      expect(limiter.fromMemory('a')?.resetMs).toBeLessThanOrEqual(60_000);
    }
  });

  it('forgets the names that are least recently used beyond 100,000', () => {
    const limiter = new RateLimiter({ requests: 1, windowMs: 60_000 }, undefined, new Clock().now);
    limiter.fromMemory('first');
    for (let name = 0; name < 100_000; name += 1) limiter.fromMemory(`name ${name}`);
    expect(limiter.fromMemory('first')?.isAdmitted).toBe(true);
    expect(limiter.fromMemory('name 99999')?.isAdmitted).toBe(false);
  });
});

describe('limiters that share windows', () => {
  it('limiters together admit exactly a small limit', async () => {
    const clock = new Clock();
    const windows = new Windows(clock);
    const [one, two] = [0, 1].map(() => new RateLimiter(LIMIT, windows, clock.now)) as [RateLimiter, RateLimiter];
    const decisions = await Promise.all([0, 1, 2, 3, 4].flatMap(() => [one.decide('a'), two.decide('a')]));
    expect(decisions.filter(({ isAdmitted }) => isAdmitted)).toHaveLength(3);
    clock.ms += 60_000;
    expect(await admitted(two, 5)).toBe(3);
    expect(await admitted(one, 5)).toBe(0);
  });

  it('control: limiters that share nothing together admit more', async () => {
    const clock = new Clock();
    const [one, two] = [0, 1].map(() => new RateLimiter(LIMIT, undefined, clock.now)) as [RateLimiter, RateLimiter];
    expect((await admitted(one, 5)) + (await admitted(two, 5))).toBe(6);
  });

  it('a limiter leases a fiftieth of a large limit at a time, and decides from memory until it is spent', async () => {
    const clock = new Clock();
    const windows = new Windows(clock);
    const limiter = new RateLimiter({ requests: 600, windowMs: 60_000 }, windows, clock.now);
    expect(limiter.canAdmit('a')).toBe(false);
    expect(limiter.fromMemory('a')).toBeUndefined();
    expect(await limiter.decide('a')).toEqual({ isAdmitted: true, remaining: 599, resetMs: 60_000 });
    for (let request = 0; request < 11; request += 1) expect(limiter.fromMemory('a')?.isAdmitted).toBe(true);
    expect(limiter.fromMemory('a')).toBeUndefined();
    expect(windows.leases).toBe(1);
    expect(await admitted(limiter, 700)).toBe(588);
    expect(windows.leases).toBe(50);
  });

  it('requests that wait for one name share its lease', async () => {
    const clock = new Clock();
    const windows = new Windows(clock);
    const limiter = new RateLimiter({ requests: 600, windowMs: 60_000 }, windows, clock.now);
    await Promise.all(Array.from({ length: 12 }, () => limiter.decide('a')));
    expect(windows.leases).toBe(1);
  });

  it('a token is not spent after the end of its window', async () => {
    const clock = new Clock();
    const windows = new Windows(clock);
    const limit = { requests: 100, windowMs: 60_000 };
    const [one, two] = [0, 1].map(() => new RateLimiter(limit, windows, clock.now)) as [RateLimiter, RateLimiter];
    await one.decide('a');
    clock.ms += 59_999;
    expect(await two.decide('a')).toMatchObject({ resetMs: 1 });
    clock.ms += 1;
    expect(two.fromMemory('a')).toBeUndefined();
  });

  it('a lease that arrives after its window is not spent, and another one is taken', async () => {
    const clock = new Clock();
    const windows = new Windows(clock);
    const limiter = new RateLimiter(LIMIT, windows, clock.now);
    const pending = limiter.decide('a');
    clock.ms += 60_000;
    expect(await pending).toEqual({ isAdmitted: true, remaining: 2, resetMs: 60_000 });
    expect(windows.leases).toBe(2);
  });

  it.each([
    ['lost', (windows: Windows) => Object.assign(windows, { isUsable: false })],
    ['refusing', (windows: Windows) => Object.assign(windows, { failure: new Error('OOM') })],
  ])('a limiter that finds the windows %s counts alone, beginning with what it admitted', async (_how, lose) => {
    const clock = new Clock();
    const windows = new Windows(clock);
    const limiter = new RateLimiter(LIMIT, windows, clock.now);
    expect(await admitted(limiter, 2)).toBe(2);
    lose(windows);
    expect(await admitted(limiter, 5)).toBe(1);
    clock.ms += 60_000;
    expect(await admitted(limiter, 5)).toBe(3);
  });

  it('a limiter that the windows refused stays closed when they are lost, and returns to them', async () => {
    const clock = new Clock();
    const windows = new Windows(clock);
    const [one, two] = [0, 1].map(() => new RateLimiter(LIMIT, windows, clock.now)) as [RateLimiter, RateLimiter];
    expect([await admitted(one, 3), await admitted(two, 1)]).toEqual([3, 0]);
    windows.isUsable = false;
    expect([await admitted(one, 1), await admitted(two, 1)]).toEqual([0, 0]);
    clock.ms += 60_000;
    windows.isUsable = true;
    expect([await admitted(one, 2), await admitted(two, 2)]).toEqual([2, 1]);
  });

  it('windows that fail are asked once a second', async () => {
    const clock = new Clock();
    const windows = new Windows(clock);
    windows.failure = new Error('READONLY');
    const limiter = new RateLimiter({ requests: 100, windowMs: 60_000 }, windows, clock.now);
    await admitted(limiter, 10);
    clock.ms += 999;
    await admitted(limiter, 10);
    expect(windows.leases).toBe(1);
    clock.ms += 1;
    windows.failure = undefined;
    await admitted(limiter, 1);
    expect(windows.leases).toBe(2);
  });
});
