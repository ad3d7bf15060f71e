import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answersToBooking, BOOKED_AT } from '../../../../test/support/bookings/booking-answers.ts';
import { AS_OPTIONS, ODD, quoted } from '../../../../test/support/database/odd-settings.ts';
import { onServer } from '../../../../test/support/database/services.ts';
import { onPostgres, openTestDatabase } from '../../../../test/support/database/test-database.ts';
import { startJobs } from '../../jobs/jobs.ts';
import { createLogger } from '../../logger.ts';
import { SampledClock } from '../database-clock.ts';
import { openPostgres } from '../postgres-driver.ts';

const ROLE = `holdfast_odd_${process.pid}_${randomBytes(4).toString('hex')}`;

/** The settings of the sessions that a query of `pg_stat_activity` names, as the server applies them. */
const READ_SETTINGS = `
  select name, setting from pg_settings
   where name in ('${Object.keys(ODD).join("', '")}', 'client_encoding', 'application_name') order by name`;

onPostgres('sessions', (open) => {
  const url = () => open().url ?? '';
  const database = () => new URL(url()).pathname.slice(1);
  /** A URL of the same database, changed. */
  const changed = (change: (url: URL) => void) => {
    const other = new URL(url());
    change(other);
    return other.href;
  };

  beforeAll(async () => {
    await onServer(url(), `create role ${ROLE} login superuser`);
    for (const [name, value] of Object.entries(ODD))
      await onServer(url(), `alter role ${ROLE} set ${name} to ${quoted(value)}`);
  });
  afterAll(async () => {
    await onServer(url(), `drop owned by ${ROLE}`);
    await onServer(url(), `drop role ${ROLE}`);
  });

  async function settingsOf(at: string): Promise<unknown[]> {
    await using opened = openPostgres({ url: at, constraints: {}, onBroken() {} });
    return (await opened.read((reader) => sql.raw(READ_SETTINGS).execute(reader))).rows;
  }

  const places: readonly (readonly [string, () => string])[] = [
    ['of the role', () => changed((other) => (other.username = ROLE))],
    ['in the options of the URL', () => changed((other) => other.searchParams.set('options', AS_OPTIONS))],
    [
      'in other parameters of the URL',
      () =>
        changed((other) => {
          const names = ['application_name', 'client_encoding', 'statement_timeout', 'query_timeout', 'lock_timeout'];
          for (const name of names) other.searchParams.set(name, name === 'client_encoding' ? 'latin1' : '1');
        }),
    ],
  ];

  it.each(places)('settings %s do not reach a session', async (_place, at) => {
    expect(await settingsOf(at())).toEqual(await settingsOf(url()));
  });

  it('settings in the environment do not reach a session', async () => {
    const expected = await settingsOf(url());
    const environment = {
      PGOPTIONS: AS_OPTIONS,
      PGTZ: 'Asia/Kolkata',
      PGCLIENTENCODING: 'LATIN1',
      PGCLIENT_ENCODING: 'latin1',
      PGAPPNAME: 'x',
    };
    Object.assign(process.env, environment);
    try {
      // The control: a connection that sets nothing has them.
      const bare = new pg.Client({ connectionString: url() });
      await bare.connect();
      expect((await bare.query('show timezone')).rows).toEqual([{ TimeZone: 'Asia/Kolkata' }]);
      await bare.end();
      expect(await settingsOf(url())).toEqual(expected);
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
    }
  });

  it('sessions of the pool, of the feed and of background jobs have the same zone and the same schema', async () => {
    const at = changed((other) => (other.username = ROLE));
    await using opened = openPostgres({ url: at, constraints: {}, onBroken() {} });
    const feed = await opened.openFeed(new SampledClock(), createLogger('silent'));
    expect(feed.isConnected).toBe(true);
    const failures: unknown[] = [];
    const ran = Promise.withResolvers<void>();
    const logger = createLogger('silent');
    logger.warn = (...args: unknown[]) => void failures.push(args);
    await using jobs = await startJobs({ kind: 'postgres', url: at }, logger);
    await jobs.every('probe', 1_000, async () => ran.resolve());
    await ran.promise;
    expect(failures).toEqual([]);
    // It may have rested meanwhile.
    await feed.awaken();
    expect(feed.isConnected).toBe(true);
  });

  it('a database with odd defaults gives the same answers as any other', async () => {
    await using other = await openTestDatabase('postgres');
    const name = new URL(other.url ?? '').pathname.slice(1);
    const expected = await answersToBooking(open().database);
    for (const [setting, value] of Object.entries(ODD)) {
      await onServer(other.url ?? '', `alter database ${name} set ${setting} to ${quoted(value)}`);
    }
    await using odd = openPostgres({ url: other.url ?? '', constraints: {}, onBroken() {} });
    await other.clock.freeze(BOOKED_AT);
    expect(await answersToBooking(odd)).toEqual(expected);
    expect(database()).not.toBe(name);
  });
});
