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

/** A driver whose connections do what the test says. */
class ScriptedDriver {
  attempts = 0;
  closed = 0;
  pings = 0;
  open: () => Promise<void> = async () => {};
  ping: () => Promise<number> = async () => 0;
  lose: () => void = () => {};
  tell: (payload: string) => void = () => {};
  readonly tellsBeforeCommitAnswers: boolean;

  constructor(tellsBeforeCommitAnswers = false) {
    this.tellsBeforeCommitAnswers = tellsBeforeCommitAnswers;
  }

  readonly listen: OpenListening = async (_channel, onPayload, onLost): Promise<ListeningConnection> => {
    this.attempts += 1;
    this.lose = onLost;
    this.tell = onPayload;
    await this.open();
    return {
      tellsBeforeCommitAnswers: this.tellsBeforeCommitAnswers,
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
  const heard: Change[] = [];
  const cuts: number[] = [];
  feed.subscribe({ changed: (change) => heard.push(change), cut: () => cuts.push(performance.now()) });
  await feed.connect();
  return { feed, heard, cuts };
}

async function pass(ms: number, stepMs = 10): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    vi.advanceTimersByTime(stepMs);
    await settled();
  }
}

describe('the change feed', () => {
  it('survives a connection that is lost before it is open, and goes on trying', async () => {
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

  it('tries no more often in the tenth minute of an outage than in the first', async () => {
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

  it('leaves no connection open that did not come into use', async () => {
    const driver = new ScriptedDriver();
    driver.ping = () => Promise.reject(new Error('no answer'));
    const { feed } = await openFeed(driver);
    await pass(1_000);
    expect(driver.attempts).toBeGreaterThan(1);
    expect(driver.closed).toBe(driver.attempts);
    await feed[Symbol.asyncDispose]();
  });

  it('does not come into use after it was closed', async () => {
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

  it('vouches for nothing before it is connected, nor after it is cut, and doubts what came between', async () => {
    const driver = new ScriptedDriver();
    const { feed, cuts } = await openFeed(driver);
    expect([feed.isConnected, cuts.length]).toEqual([true, 1]);
    driver.open = () => new Promise(() => {});
    driver.lose();
    expect([feed.isConnected, cuts.length]).toEqual([false, 2]);
    await feed[Symbol.asyncDispose]();
  });

  it('vouches for nothing once it has been silent for a second, until it is heard from again', async () => {
    const driver = new ScriptedDriver();
    const { feed, cuts } = await openFeed(driver);
    await pass(5_000);
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
    // It was the same connection all along, so nothing it told was missed.
    expect(cuts).toHaveLength(1);
    await feed[Symbol.asyncDispose]();
  });

  it('vouches for nothing when the process comes back from a pause, before it has listened', async () => {
    const driver = new ScriptedDriver();
    const { feed } = await openFeed(driver);
    const frozen = performance.now() + 3_000;
    vi.spyOn(performance, 'now').mockReturnValue(frozen);
    expect(feed.isConnected).toBe(false);
    vi.restoreAllMocks();
    await feed[Symbol.asyncDispose]();
  });

  it('vouches however long ago it was heard from, when a commit answers only after it is told', async () => {
    const driver = new ScriptedDriver(true);
    const { feed } = await openFeed(driver);
    driver.ping = () => new Promise(() => {});
    await pass(10_000, 100);
    expect(feed.isConnected).toBe(true);
    await feed[Symbol.asyncDispose]();
  });

  it('shares round trips: who comes while one is under way waits for the next, which begins after the call', async () => {
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

  it('lets nobody wait for a connection that has gone', async () => {
    const driver = new ScriptedDriver();
    const { feed, cuts } = await openFeed(driver);
    driver.ping = () => Promise.reject(new Error('no answer'));
    await feed.barrier();
    expect(cuts.length).toBeGreaterThan(1);
    await feed.barrier();
    await feed[Symbol.asyncDispose]();
  });

  it('tells of the cut again to whoever has committed while it was cut, and not once it is closed', async () => {
    const driver = new ScriptedDriver();
    const { feed, cuts } = await openFeed(driver);
    driver.open = () => Promise.reject(new Error('refused'));
    driver.lose();
    await settled();
    const before = cuts.length;
    const again: boolean[] = [];
    feed.subscribe({ changed() {}, cut: (isAgain) => again.push(isAgain) });
    await feed.barrier();
    expect([feed.isConnected, cuts.length]).toEqual([false, before + 1]);
    driver.open = async () => {};
    await pass(300);
    expect([feed.isConnected, ...again]).toEqual([true, true, false]);
    await feed[Symbol.asyncDispose]();
    await feed.barrier();
    expect(again).toHaveLength(2);
  });

  it('takes keys it cannot read for all of their topic, and words it cannot read for anything', async () => {
    const driver = new ScriptedDriver();
    const { feed, heard, cuts } = await openFeed(driver);
    driver.tell('{"topic": "thing", "keys": ["1", "2"]}');
    driver.tell('{"topic": "thing", "keys": null}');
    driver.tell('{"topic": "thing", "keys": ["1", null]}');
    expect(heard).toEqual([
      { topic: 'thing', keys: ['1', '2'] },
      { topic: 'thing', keys: null },
      { topic: 'thing', keys: null },
    ]);
    expect(cuts).toHaveLength(1);
    for (const payload of ['', 'hello', 'null', '{"keys": []}']) driver.tell(payload);
    expect([heard.length, cuts.length]).toEqual([3, 5]);
    await feed[Symbol.asyncDispose]();
  });
});
