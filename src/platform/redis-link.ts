import { createClient, ErrorReply } from 'redis';
import type { Logger } from './logger.ts';

/**
 * A connection to Redis that never holds anybody up: a command gets 50 ms, and after one that failed none is tried
 * until Redis has answered a probe again. What must then be put right there is done first, by `onRecovered`.
 */
export interface RedisLink extends AsyncDisposable {
  readonly usable: boolean;
  evaluate(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  remove(keys: readonly string[]): Promise<void>;
  put(key: string, value: string): Promise<void>;
  /** Something that had to arrive may not have: treat Redis as lost until it has recovered. */
  distrust(): void;
  /** Runs before Redis is used, at first and again after each loss; `put` is all that works by then. */
  onRecovered(work: (put: RedisLink['put']) => Promise<void>): void;
}

const ANSWER_WITHIN_MS = 50;
const PROBE_EVERY_MS = 250;

class RedisAway extends Error {}

/** @param answerWithinMs how long a command may take before Redis is taken for lost */
export function openRedis(url: string, logger: Logger, answerWithinMs = ANSWER_WITHIN_MS): RedisLink {
  const inTime = <T>(work: Promise<T>): Promise<T> => within(answerWithinMs, work);
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 1_000, reconnectStrategy: (retries) => Math.min(50 + retries * 50, 500) },
  });
  const recovered: Parameters<RedisLink['onRecovered']>[0][] = [];
  let usable = false;
  let probing = false;
  /** A probe during which something was lost has proved nothing. */
  let losses = 0;
  let ping: Promise<unknown> | undefined;
  client.on('error', (error: Error) => {
    logger.debug({ err: error }, 'redis');
    lose('connection');
  });
  client.connect().catch(() => {});
  const timer = setInterval(() => void probe(), PROBE_EVERY_MS);
  void probe();

  function lose(reason: string): void {
    if (usable) logger.warn({ reason }, 'Redis is not used until it answers again');
    usable = false;
    losses += 1;
  }

  async function probe(): Promise<void> {
    // A frozen Redis is asked once, not four times a second for as long as it is silent.
    if (usable || probing || ping || !client.isReady) return;
    probing = true;
    const before = losses;
    try {
      ping = client.ping().finally(() => {
        ping = undefined;
      });
      await inTime(ping);
      for (const work of recovered) await work(async (key, value) => void (await inTime(client.set(key, value))));
      usable = losses === before;
      if (usable) logger.info('Redis is in use');
    } catch (error) {
      logger.debug({ err: error }, 'Redis does not answer yet');
    } finally {
      probing = false;
    }
  }

  /** What must not get lost is sent while a probe is under way too: the probe may be past what would make up for it. */
  async function mustArrive(work: () => Promise<unknown>): Promise<void> {
    await command(work, usable || probing);
  }

  async function command<T>(work: () => Promise<T>, allowed = usable): Promise<T> {
    if (!allowed) throw new RedisAway('Redis is not in use');
    try {
      return await inTime(work());
    } catch (error) {
      // An answer that says no (out of memory, read-only) came in time; silence and broken connections did not.
      if (!(error instanceof ErrorReply)) lose(String(error));
      throw error;
    }
  }

  return {
    get usable() {
      return usable;
    },
    evaluate: (script, keys, args) => command(() => client.eval(script, { keys: [...keys], arguments: [...args] })),
    remove: (keys) => mustArrive(() => client.del([...keys])),
    put: (key, value) => mustArrive(() => client.set(key, value)),
    distrust: () => lose('an invalidation did not arrive'),
    onRecovered(work) {
      recovered.push(work);
      lose('somebody new uses it');
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      usable = false;
      client.destroy();
    },
  };
}

async function within<T>(answerWithinMs: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const away = new RedisAway(`no answer in ${answerWithinMs} ms`);
  // If it was this process that stood still, the answer is there by now, and is read before `setImmediate`.
  const timer = setTimeout(() => setImmediate(reject, away), answerWithinMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
