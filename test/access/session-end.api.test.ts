import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { startSweeper } from '../../src/modules/reservations/index.ts';
import type { Database } from '../../src/platform/db/database.ts';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import type { Jobs } from '../../src/platform/jobs/jobs.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { eachDatabase } from '../support/database/test-database.ts';
import { makeKey, openGuardedApp } from '../support/server/principals.ts';
import { signIn } from '../support/server/session.ts';
import { ask } from '../support/server/test-app.ts';

const SIGN_IN = '2030-01-01T00:00:00Z';
const LAST_MOMENT = '2030-01-01T11:59:59.999Z';
const END = '2030-01-01T12:00:00Z';

async function statusOf(app: HttpServer, headers: { cookie: string }): Promise<number> {
  return (await ask(app, 'GET', '/api/v1/whoami', undefined, headers)).status;
}

/** Runs a job once, when it is added. */
const AT_ONCE: Jobs = {
  every: (_name, _everyMs, work) => work(new AbortController().signal),
  async [Symbol.asyncDispose]() {},
};

async function sweep(database: Database): Promise<void> {
  await startSweeper(AT_ONCE, database, 1_000, createLogger('silent'));
}

eachDatabase('the end of a session', (open) => {
  it('a session ends 12 hours after the sign-in by the clock of the database, whether it is in memory or not', async () => {
    const { database, clock } = open();
    await clock.freeze(SIGN_IN);
    await using app = await openGuardedApp(database);
    const headers = await signIn(app, (await makeKey(app, 'service')).key);
    await clock.freeze(LAST_MOMENT);
    expect(await statusOf(app, headers)).toBe(200);
    await clock.freeze(END);
    await using restarted = await openGuardedApp(database);
    expect([await statusOf(app, headers), await statusOf(restarted, headers)]).toEqual([401, 401]);
  });

  it('the use of a session does not prolong it', async () => {
    const { database, clock } = open();
    await clock.freeze(SIGN_IN);
    await using app = await openGuardedApp(database);
    const headers = await signIn(app, (await makeKey(app, 'service')).key);
    const statuses = [];
    for (const hour of ['04', '08', '12']) {
      await clock.freeze(`2030-01-01T${hour}:00:00Z`);
      statuses.push(await statusOf(app, headers));
    }
    expect(statuses).toEqual([200, 200, 401]);
  });

  it('the sweep deletes sessions that have expired and no others', async () => {
    const { database, clock } = open();
    const count = async () => {
      const { rows } = await database.read((reader) =>
        sql<{ count: number }>`select count(*)::int as count from access_session`.execute(reader),
      );
      return rows[0]?.count;
    };
    await clock.freeze('2031-01-01T00:00:00Z');
    await sweep(database);
    await using app = await openGuardedApp(database);
    const { key } = await makeKey(app, 'service');
    await signIn(app, key);
    await clock.freeze('2031-01-01T00:00:01Z');
    const later = await signIn(app, key);
    await clock.freeze('2031-01-01T11:59:59.999Z');
    await sweep(database);
    expect(await count()).toBe(2);
    await clock.freeze('2031-01-01T12:00:00Z');
    await sweep(database);
    expect([await count(), await statusOf(app, later)]).toEqual([1, 200]);
  });
});
