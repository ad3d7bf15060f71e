import { createClient, ErrorReply } from 'redis';
import type { Logger } from './logger.ts';

/**
 * A connection to Redis whose commands never delay a caller for long. A command fails after 50 ms. After a failure no command is
 * sent until Redis has answered a probe and the work registered with `onRecovered` has restored what must hold.
 */
export interface RedisLink extends AsyncDisposable {
  readonly isUsable: boolean;
  evaluate(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  remove(keys: readonly string[]): Promise<void>;
  put(key: string, value: string): Promise<void>;
  /** Treats Redis as lost until it has recovered, because a command that had to arrive may not have. */
  markLost(): void;
  /** Registers work that runs before Redis is first used and after each loss. Only `put` works at that time. */
  onRecovered(work: (put: RedisLink['put']) => Promise<void>): void;
}

const COMMAND_TIMEOUT_MS = 50;
const PROBE_EVERY_MS = 250;

class RedisUnavailable extends Error {}

/** @param commandTimeoutMs after which a command fails and Redis is treated as lost */
export function openRedis(url: string, logger: Logger, commandTimeoutMs = COMMAND_TIMEOUT_MS): RedisLink {
  const inTime = <T>(work: Promise<T>): Promise<T> => withTimeout(commandTimeoutMs, work);
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 1_000, reconnectStrategy: (retries) => Math.min(50 + retries * 50, 500) },
  });
  const recoveryWork: Parameters<RedisLink['onRecovered']>[0][] = [];
  let isUsable = false;
  let isProbing = false;
  /** Counts losses: a probe during which Redis was lost proves nothing. */
  let losses = 0;
  let ping: Promise<unknown> | undefined;
  client.on('error', (error: Error) => {
    logger.debug({ err: error }, 'Redis connection failed');
    lose('the connection failed');
  });
  client.connect().catch(() => {});
  const timer = setInterval(() => void probe(), PROBE_EVERY_MS);
  void probe();

  function lose(reason: string): void {
    if (isUsable) logger.warn({ reason }, 'Redis is lost; it is not used until it answers again');
    isUsable = false;
    losses += 1;
  }

  async function probe(): Promise<void> {
    // A frozen Redis gets one ping, and not four per second for as long as it is silent.
    if (isUsable || isProbing || ping || !client.isReady) return;
    isProbing = true;
    const lossesBefore = losses;
    try {
      ping = client.ping().finally(() => {
        ping = undefined;
      });
      await inTime(ping);
      for (const work of recoveryWork) await work(async (key, value) => void (await inTime(client.set(key, value))));
      isUsable = losses === lossesBefore;
      if (isUsable) logger.info('Redis is in use');
    } catch (error) {
      logger.debug({ err: error }, 'Redis does not answer yet');
    } finally {
      isProbing = false;
    }
  }

  /**
   * Sends a command whose loss must be noticed. It is sent during a probe too, since the probe may already be past the
   * recovery work that would make up for it.
   */
  async function sendReliably(work: () => Promise<unknown>): Promise<void> {
    await send(work, isUsable || isProbing);
  }

  async function send<T>(work: () => Promise<T>, isAllowed = isUsable): Promise<T> {
    if (!isAllowed) throw new RedisUnavailable('Redis is not in use');
    try {
      return await inTime(work());
    } catch (error) {
      // A refusal (out of memory, read-only) is an answer in time. Silence and a broken connection are losses.
      if (!(error instanceof ErrorReply)) lose(String(error));
      throw error;
    }
  }

  return {
    get isUsable() {
      return isUsable;
    },
    evaluate: (script, keys, args) => send(() => client.eval(script, { keys: [...keys], arguments: [...args] })),
    remove: (keys) => sendReliably(() => client.del([...keys])),
    put: (key, value) => sendReliably(() => client.set(key, value)),
    markLost: () => lose('an invalidation may not have arrived'),
    onRecovered(work) {
      recoveryWork.push(work);
      lose('recovery work was added');
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      isUsable = false;
      client.destroy();
    },
  };
}

async function withTimeout<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const failure = new RedisUnavailable(`Redis did not answer within ${timeoutMs} ms`);
  // If this process was the one that stood still, the answer has arrived by now and is read before `setImmediate`.
  const timer = setTimeout(() => setImmediate(reject, failure), timeoutMs);
  try {
    return await Promise.race([work, timedOut]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
