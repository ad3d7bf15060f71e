import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../logger.ts';
import { type Change, type ListeningConnection, ListeningFeed, type OpenListening } from './change-feed.ts';
import { SampledClock } from './database-clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A driver whose connections do what the test sets. */
class ScriptedDriver {
  attempts = 0;
  closed = 0;
  pings = 0;
  open: () => Promise<void> = async () => {};
  ping: () => Promise<number> = async () => 0;
  lose: () => void = () => {};
  deliver: (payload: string) => void = () => {};
  readonly deliversBeforeCommitReturns: boolean;

  constructor(deliversBeforeCommitReturns = false) {
    this.deliversBeforeCommitReturns = deliversBeforeCommitReturns;
  }

  readonly listen: OpenListening = async (_channel, onPayload, onLost): Promise<ListeningConnection> => {
    this.attempts += 1;
    this.lose = onLost;
    this.deliver = onPayload;
    await this.open();
    return {
      deliversBeforeCommitReturns: this.deliversBeforeCommitReturns,
      ping: () => {
        this.pings += 1;
        return this.ping();
      },
      close: async () => {
        this.closed += 1;
      },
    };
  };
}

async function openFeed(driver: ScriptedDriver) {
  const feed = new ListeningFeed(driver.listen, new SampledClock(), createLogger('silent'));
  const received: Change[] = [];
  const interruptions: boolean[] = [];
  feed.subscribe({
    changed: (change) => received.push(change),
    interrupted: (repeated) => interruptions.push(repeated),
  });
  await feed.connect();
  return { feed, received, interruptions };
}

async function pass(ms: number, stepMs = 10): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    vi.advanceTimersByTime(stepMs);
    await settled();
  }
}

describe('ListeningFeed', () => {
  it('a connection that is lost before it is open is tried again', async () => {
    const driver = new ScriptedDriver();
    driver.open = async () => {
      driver.lose();
      throw new Error('refused');
    };
    const { feed } = await openFeed(driver);
    driver.lose();
    expect(feed.isConnected).toBe(false);
    driver.open = async () => {};
    await pass(300);
    expect(feed.isConnected).toBe(true);
    await feed[Symbol.asyncDispose]();
  });

  it('the rate of attempts does not grow during an outage', async () => {
    const driver = new ScriptedDriver();
    driver.open = async () => {
      throw new Error('refused');
    };
    const { feed } = await openFeed(driver);
    await pass(60_000, 50);
    const first = driver.attempts;
    await pass(9 * 60_000, 50);
    expect(first).toBeLessThan(400);
    expect(driver.attempts).toBeLessThan(first * 11);
    await feed[Symbol.asyncDispose]();
  });

  it('a connection that fails before it is used is closed', async () => {
    const driver = new ScriptedDriver();
    driver.ping = () => Promise.reject(new Error('no answer'));
    const { feed } = await openFeed(driver);
    await pass(1_000);
    expect(driver.attempts).toBeGreaterThan(1);
    expect(driver.closed).toBe(driver.attempts);
    await feed[Symbol.asyncDispose]();
  });

  it('a feed that is closed while it connects does not become connected', async () => {
    const driver = new ScriptedDriver();
    const ping = Promise.withResolvers<number>();
    driver.ping = () => ping.promise;
    const feed = new ListeningFeed(driver.listen, new SampledClock(), createLogger('silent'));
    const connecting = feed.connect();
    await settled();
    await feed[Symbol.asyncDispose]();
    ping.resolve(0);
    await connecting;
    expect([driver.attempts, driver.closed, feed.isConnected]).toEqual([1, 1, false]);
  });

  it('connecting and disconnecting each count as an interruption', async () => {
    const driver = new ScriptedDriver();
    const { feed, interruptions } = await openFeed(driver);
    expect([feed.isConnected, interruptions.length]).toEqual([true, 1]);
    driver.open = () => new Promise(() => {});
    driver.lose();
    expect([feed.isConnected, interruptions.length]).toEqual([false, 2]);
    await feed[Symbol.asyncDispose]();
  });

  it('a feed is not connected after a second of silence, until the next answer', async () => {
    const driver = new ScriptedDriver();
    const { feed, interruptions } = await openFeed(driver);
    await pass(5_000);
    await feed.awaken();
    expect(feed.isConnected).toBe(true);
    const silence = Promise.withResolvers<number>();
    driver.ping = () => silence.promise;
    await pass(740);
    const before = feed.isConnected;
    await pass(2_000);
    expect([before, feed.isConnected]).toEqual([true, false]);
    silence.resolve(0);
    driver.ping = async () => 0;
    await pass(300);
    expect(feed.isConnected).toBe(true);
    // The connection stayed the same, so no change was missed.
    expect(interruptions).toHaveLength(1);
    await feed[Symbol.asyncDispose]();
  });

  it('a feed is not connected when the process continues after a pause, until the next answer', async () => {
    const driver = new ScriptedDriver();
    const { feed } = await openFeed(driver);
    const frozen = performance.now() + 3_000;
    vi.spyOn(performance, 'now').mockReturnValue(frozen);
    expect(feed.isConnected).toBe(false);
    vi.restoreAllMocks();
    await feed[Symbol.asyncDispose]();
  });

  it('a feed that delivers before commits return stays connected during a silence', async () => {
    const driver = new ScriptedDriver(true);
    const { feed } = await openFeed(driver);
    driver.ping = () => new Promise(() => {});
    await pass(10_000, 100);
    expect(feed.isConnected).toBe(true);
    await feed[Symbol.asyncDispose]();
  });

  it('barriers during a round trip share the next one, which begins after their call', async () => {
    const driver = new ScriptedDriver();
    const { feed } = await openFeed(driver);
    const answers: (() => void)[] = [];
    driver.ping = () => new Promise((resolve) => answers.push(() => resolve(0)));
    driver.pings = 0;
    const done: string[] = [];
    const wait = (name: string) => void feed.barrier().then(() => done.push(name));
    wait('first');
    for (let caller = 0; caller < 50; caller += 1) wait('later');
    expect(driver.pings).toBe(1);
    answers.shift()?.();
    await settled();
    expect([done, driver.pings]).toEqual([['first'], 2]);
    wait('last');
    answers.shift()?.();
    await settled();
    expect([done.length, driver.pings]).toEqual([51, 3]);
    answers.shift()?.();
    await settled();
    expect(done.at(-1)).toBe('last');
    await feed[Symbol.asyncDispose]();
  });

  it('a barrier resolves when the connection fails', async () => {
    const driver = new ScriptedDriver();
    const { feed, interruptions } = await openFeed(driver);
    driver.ping = () => Promise.reject(new Error('no answer'));
    await feed.barrier();
    expect(interruptions.length).toBeGreaterThan(1);
    await feed.barrier();
    await feed[Symbol.asyncDispose]();
  });

  it('a barrier on a disconnected feed repeats the interruption, and on a closed feed it does not', async () => {
    const driver = new ScriptedDriver();
    const { feed, interruptions } = await openFeed(driver);
    driver.open = () => Promise.reject(new Error('refused'));
    driver.lose();
    await settled();
    interruptions.length = 0;
    await feed.barrier();
    expect([feed.isConnected, ...interruptions]).toEqual([false, true]);
    driver.open = async () => {};
    await pass(300);
    expect([feed.isConnected, ...interruptions]).toEqual([true, true, false]);
    await feed[Symbol.asyncDispose]();
    await feed.barrier();
    expect(interruptions).toHaveLength(2);
  });

  it('unreadable keys stand for their whole topic, and an unreadable message is an interruption', async () => {
    const driver = new ScriptedDriver();
    const { feed, received, interruptions } = await openFeed(driver);
    driver.deliver('{"topic": "thing", "keys": ["1", "2"]}');
    driver.deliver('{"topic": "thing", "keys": null}');
    driver.deliver('{"topic": "thing", "keys": ["1", null]}');
    expect(received).toEqual([
      { topic: 'thing', keys: ['1', '2'] },
      { topic: 'thing', keys: null },
      { topic: 'thing', keys: null },
    ]);
    expect(interruptions).toHaveLength(1);
    for (const payload of ['', 'hello', 'null', '{"keys": []}']) driver.deliver(payload);
    expect([received.length, interruptions.length]).toEqual([3, 5]);
    await feed[Symbol.asyncDispose]();
  });

  it('a feed that nothing uses makes one round trip in five seconds, and four a second while it is used', async () => {
    const driver = new ScriptedDriver();
    const { feed } = await openFeed(driver);
    await pass(500);
    const before = driver.pings;
    await pass(20_000);
    expect(driver.pings - before).toBe(4);
    await feed.awaken();
    const awake = driver.pings;
    for (let second = 0; second < 40; second += 1) {
      expect(feed.isConnected).toBe(true);
      await pass(250);
    }
    expect(driver.pings - awake).toBeGreaterThanOrEqual(39);
    await feed[Symbol.asyncDispose]();
  });

  it('an idle feed is not connected until a round trip, which a request waits for', async () => {
    const driver = new ScriptedDriver();
    const { feed } = await openFeed(driver);
    await pass(3_000);
    const before = driver.pings;
    const ping = Promise.withResolvers<number>();
    driver.ping = () => ping.promise;
    const awake = feed.awaken();
    expect([feed.isConnected, driver.pings]).toEqual([false, before + 1]);
    ping.resolve(0);
    await awake;
    expect([feed.isConnected, feed.awaken()]).toEqual([true, undefined]);
    await feed[Symbol.asyncDispose]();
  });

  it('an idle feed whose database does not answer is not connected for the request that finds out', async () => {
    const driver = new ScriptedDriver();
    const { feed, interruptions } = await openFeed(driver);
    await pass(3_000);
    driver.ping = async () => {
      throw new Error('no answer');
    };
    driver.open = driver.ping as unknown as () => Promise<void>;
    await feed.awaken();
    expect([feed.isConnected, feed.awaken(), interruptions.length]).toEqual([false, undefined, 2]);
    await feed[Symbol.asyncDispose]();
  });

  it('an idle feed finds a lost connection by itself', async () => {
    const driver = new ScriptedDriver();
    const { feed, interruptions } = await openFeed(driver);
    driver.ping = async () => {
      throw new Error('no answer');
    };
    await pass(6_000);
    expect(interruptions.length).toBeGreaterThan(1);
    await feed[Symbol.asyncDispose]();
  });
});
