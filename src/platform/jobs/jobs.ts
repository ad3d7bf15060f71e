import { type ConstructorOptions, PgBoss } from 'pg-boss';
import type { EmbeddedDatabase } from '../db/pglite-driver.ts';
import { openPool } from '../db/session/session.ts';
import type { Logger } from '../logger.ts';

/** Background work that any instance may do, and that one instance does at a time. */
export interface Jobs extends AsyncDisposable {
  /**
   * Runs `work` about every `everyMs` milliseconds, on one instance at a time. A run that fails is logged, and the next
   * one comes as planned.
   */
  every(name: string, everyMs: number, work: (signal: AbortSignal) => Promise<void>): Promise<void>;
}

/** The database that jobs are stored in. */
export type JobsStore =
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'pglite'; readonly database: EmbeddedDatabase };

const STOP_WITHIN_MS = 5_000;
/** Longer than the time between two looks at a queue, which would otherwise each open a connection. */
const JOBS_IDLE_MS = 60_000;
/** Parts of pg-boss that are not used: each costs statements at the start and then every minute. */
const UNUSED = { schedule: false, monitorVacuum: false, reindex: false, flowIntervalSeconds: 3_600 } as const;

/** Brings the tables of jobs up to date, so that a role that may create nothing can start the jobs. */
export async function installJobs(store: JobsStore, logger: Logger): Promise<void> {
  await using _jobs = await startJobs(store, logger);
}

export async function startJobs(store: JobsStore, logger: Logger): Promise<Jobs> {
  const stopped = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const onError = (error: Error) => logger.warn({ err: error }, 'background jobs failed; retrying');
  await using stack = new AsyncDisposableStack();
  const boss = new PgBoss({ ...connectionOptions(store, stack, onError), ...UNUSED });
  boss.on('error', onError);
  // A start that fails half-way leaves timers, too.
  stack.defer(() => boss.stop({ graceful: true, timeout: STOP_WITHIN_MS }));
  await boss.start();
  const owned = stack.move();

  async function every(name: string, everyMs: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const periodS = Math.max(Math.round(everyMs / 1_000), 1);
    // At most one job is queued or running, and one is created per period, however many instances send it.
    await boss.createQueue(name, { policy: 'exclusive', retryLimit: 0, deleteAfterSeconds: 3_600 });
    await boss.work(name, { pollingIntervalSeconds: pollingS(periodS) }, async () => {
      if (!stopped.signal.aborted) await work(stopped.signal);
    });
    const send = () => {
      boss.send(name, {}, { singletonSeconds: periodS }).catch((error: unknown) => {
        logger.warn({ err: error, job: name }, 'a background job could not be queued');
      });
    };
    send();
    timers.push(setInterval(send, everyMs));
  }

  return {
    every,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      for (const timer of timers) clearInterval(timer);
      await owned.disposeAsync();
    },
  };
}

/** How often a queue is looked at: often enough for its period, and rarely enough for an idle server to stay idle. */
function pollingS(periodS: number): number {
  return Math.max(Math.min(periodS, 5), Math.min(periodS / 4, 30));
}

/** Options of pg-boss for the database that the server uses. Its own pool would not set up its sessions. */
function connectionOptions(
  store: JobsStore,
  stack: AsyncDisposableStack,
  onError: (error: Error) => void,
): ConstructorOptions {
  if (store.kind === 'postgres') {
    const pool = openPool(store.url, { applicationName: 'holdfast jobs' }, { max: 2, idleTimeoutMillis: JOBS_IDLE_MS });
    pool.on('error', onError);
    stack.defer(() => pool.end());
    return { db: { executeSql: (text, values) => pool.query(text, values) } };
  }
  const { database } = store;
  return {
    backend: 'pglite',
    db: {
      // biome-ignore lint/suspicious/noExplicitAny: pg-boss declares its rows as any
      executeSql: (text, values) => database.execute(text, values) as Promise<{ rows: any[] }>,
    },
  };
}
