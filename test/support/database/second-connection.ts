import { setTimeout as delay } from 'node:timers/promises';
import { openClient } from '../../../src/platform/db/session/session.ts';
import { INSTANCE } from '../server/instances.ts';
import type { TestDatabase } from './test-database.ts';

const GIVE_UP_AFTER_MS = 10_000;

/** A connection beside the program's own, which takes locks and counts the sessions that wait for them. */
export interface SecondConnection extends AsyncDisposable {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /**
   * Resolves once exactly this number of other sessions wait for a lock, so that the test's next step happens during
   * their wait, without assumptions about time.
   */
  untilWaiting(sessions: number): Promise<void>;
  /** Ends the sessions that wait for the lock of a table or of a row, as an operator or a failing server would. */
  terminateWaiting(lockType: 'relation' | 'transactionid'): Promise<void>;
  /** Number of deadlocks in this database so far. Call it after the instances are closed. */
  deadlocks(): Promise<number>;
}

const WAITING = `datname = current_database() and pid <> pg_backend_pid() and wait_event_type = 'Lock'`;

export async function openSecondConnection({ url, clock }: TestDatabase): Promise<SecondConnection> {
  // Taken before any session waits, because waiting sessions would not see the clock move.
  await clock.take();
  if (url === undefined) throw new Error('only PostgreSQL has a second connection');
  const [client, watcher] = await Promise.all([
    openClient(url, { applicationName: 'second connection' }),
    openClient(url, { applicationName: 'watcher' }),
  ]);

  // On a connection of its own, because a transaction sees one snapshot of PostgreSQL's statistics.
  async function count(text: string): Promise<number> {
    const { rows } = await watcher.query<{ count: number }>(text);
    return rows[0]?.count ?? 0;
  }

  async function until(what: string, expected: number, text: string): Promise<void> {
    const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
    for (;;) {
      const found = await count(text);
      if (found === expected) return;
      if (performance.now() > giveUpAt) throw new Error(`${found} ${what}, not ${expected}`);
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
      // A session may delay its statistics until it ends.
      const open = `select count(*)::integer from pg_stat_activity
                     where datname = current_database() and application_name = '${INSTANCE}'`;
      await until('instances’ sessions are open', 0, open);
      return count(`select deadlocks::integer as count from pg_stat_database where datname = current_database()`);
    },
    async terminateWaiting(lockType) {
      const ended = await count(
        `select count(pg_terminate_backend(pid))::integer as count from pg_stat_activity
          where ${WAITING} and wait_event = '${lockType}'`,
      );
      if (ended === 0) throw new Error(`no session waits for a lock of type ${lockType}`);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([client.end(), watcher.end()]);
    },
  };
}
