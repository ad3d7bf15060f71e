import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { INSTANCE } from '../server/instances.ts';
import type { TestDatabase } from './test-database.ts';

const GIVE_UP_AFTER_MS = 10_000;

/** A connection beside the program's own, which stands in its way and sees who waits. */
export interface SecondConnection extends AsyncDisposable {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /**
   * Resolves once exactly so many other sessions wait for a lock. What the test does next then happens during
   * their wait, with no guess about how long anything takes.
   */
  untilWaiting(sessions: number): Promise<void>;
  /** Ends the sessions that wait for a table's lock or a row's, as an operator or a failing server would. */
  terminateWaiting(forWhat: 'relation' | 'transactionid'): Promise<void>;
  /** Deadlocks PostgreSQL has broken in this database so far; ask when the instances are closed. */
  deadlocks(): Promise<number>;
}

const WAITING = `datname = current_database() and pid <> pg_backend_pid() and wait_event_type = 'Lock'`;

export async function openSecondConnection({ url, clock }: TestDatabase): Promise<SecondConnection> {
  // Before anybody waits, or they would not see it move.
  await clock.take();
  const client = new pg.Client({ connectionString: url, application_name: 'second connection' });
  const watcher = new pg.Client({ connectionString: url, application_name: 'watcher' });
  await Promise.all([client.connect(), watcher.connect()]);

  // Asked on a connection of its own: inside a transaction PostgreSQL shows one snapshot of its statistics for good.
  async function count(text: string): Promise<number> {
    const { rows } = await watcher.query<{ count: number }>(text);
    return rows[0]?.count ?? 0;
  }

  async function until(what: string, wanted: number, text: string): Promise<void> {
    const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
    for (;;) {
      const found = await count(text);
      if (found === wanted) return;
      if (performance.now() > giveUpAt) throw new Error(`${found} ${what}, not ${wanted}`);
      await delay(1);
    }
  }

  return {
    async query(text, values = []) {
      return (await client.query<Record<string, unknown>>(text, [...values])).rows;
    },
    untilWaiting: (sessions) =>
      until('sessions wait for a lock', sessions, `select count(*)::integer from pg_stat_activity where ${WAITING}`),
    async deadlocks() {
      // A session hands in its statistics at its end; while it lives it may keep them back for a while.
      const open = `select count(*)::integer from pg_stat_activity
                     where datname = current_database() and application_name = '${INSTANCE}'`;
      await until('instances’ sessions are open', 0, open);
      return count(`select deadlocks::integer as count from pg_stat_database where datname = current_database()`);
    },
    async terminateWaiting(forWhat) {
      const ended = await count(
        `select count(pg_terminate_backend(pid))::integer as count from pg_stat_activity
          where ${WAITING} and wait_event = '${forWhat}'`,
      );
      if (ended === 0) throw new Error(`no session waits for a ${forWhat}`);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([client.end(), watcher.end()]);
    },
  };
}
