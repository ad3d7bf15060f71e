import { createClient, ErrorReply } from 'redis';
import type { Logger } from './logger.ts';

/**
 * A connection to Redis whose commands never delay a caller for long: each fails after 50 ms. After a failure no command
 * is sent until Redis has answered a probe and the work registered with `onRecovered` has restored what must hold.
 */
export interface RedisLink extends AsyncDisposable {
  readonly isUsable: boolean;
  /** Why Redis is not in use; `undefined` while it is. */
  readonly trouble: string | undefined;
  evaluate(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  remove(keys: readonly string[]): Promise<void>;
  put(key: string, value: string): Promise<void>;
  /** Treats Redis as lost until it has recovered, because a command that had to arrive may not have. */
  markLost(): void;
  /** Registers work that runs before Redis is first used and after each loss. It has its own commands at that time. */
  onRecovered(work: (commands: RedisCommands) => Promise<void>): void;
}

export type RedisCommands = Pick<RedisLink, 'evaluate' | 'remove' | 'put'>;

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
  let trouble = 'it has not answered yet';
  /** The trouble that the log has, so that an attempt every 250 ms does not repeat it. */
  let reported: string | undefined;
  let isProbing = false;
  /** Counts losses: a probe during which Redis was lost proves nothing. */
  let losses = 0;
  let ping: Promise<unknown> | undefined;
  client.on('error', (error: Error) => {
    lose('the connection failed');
    report(error);
  });
  client.connect().catch(() => {});
  const timer = setInterval(() => void probe(), PROBE_EVERY_MS);
  void probe();

  function lose(reason: string): void {
    if (isUsable) {
      logger.warn({ reason }, 'Redis is lost; it is not used until it answers again');
      trouble = reason;
    }
    isUsable = false;
    losses += 1;
  }

  /** Logs why Redis cannot be used, once: at the start, and when the reason changes. */
  function report(error: unknown): void {
    trouble = reasonOf(error);
    if (trouble === reported) return;
    reported = trouble;
    logger.warn({ reason: trouble }, 'Redis is not in use; each instance has only its own memory');
  }

  const evaluate: RedisLink['evaluate'] = (script, keys, args) =>
    client.eval(script, { keys: [...keys], arguments: [...args] });
  /** For the time in which no other command is sent. */
  const recoveryCommands: RedisCommands = {
    evaluate: (...script) => inTime(evaluate(...script)),
    remove: async (keys) => void (await inTime(client.del([...keys]))),
    put: async (key, value) => void (await inTime(client.set(key, value))),
  };

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
      for (const work of recoveryWork) await work(recoveryCommands);
      isUsable = losses === lossesBefore;
      if (isUsable) {
        reported = undefined;
        logger.info('Redis is in use');
      }
    } catch (error) {
      report(error);
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
      // A missing right stays missing, so nothing more is sent until a probe has found all of them.
      if (!(error instanceof ErrorReply) || isMissingRight(error)) lose(String(error));
      throw error;
    }
  }

  return {
    get isUsable() {
      return isUsable;
    },
    get trouble() {
      return isUsable ? undefined : trouble;
    },
    evaluate: (...script) => send(() => evaluate(...script)),
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

function isMissingRight({ message }: ErrorReply): boolean {
  return /\b(NOPERM|NOAUTH|WRONGPASS)\b|user executing the script can't/.test(message);
}

/** Node leaves the message of an error about several addresses empty. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
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
