import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import type { PostgresConfig } from '../../config/database.ts';
import { requireSession } from '../../platform/db/check-pooler.ts';
import { checkServer } from '../../platform/db/check-server.ts';
import type { Database } from '../../platform/db/database.ts';
import { readMissingRights, readServerSettings, type ServerSettings } from '../../platform/db/inspect-server.ts';
import { describeDatabaseError } from '../parsing/database-error.ts';
import { type Finding, fail, ok, reasonOf, warn } from './check.ts';
import { checkClock } from './check-clocks.ts';
import { checkDisk } from './check-host.ts';
import { checkStored, type Stored } from './check-stored.ts';

/** Connections that an instance opens besides those for requests: for background jobs, and for the change feed. */
const OTHER_CONNECTIONS = 3;
const CHECK = 'database';

/** Checks the database and what it stores, with a few connections. It writes nothing. */
export async function checkPostgres(config: PostgresConfig, stored: Stored): Promise<Finding[]> {
  const { openPostgres } = await import('../../platform/db/postgres-driver.ts');
  const url = config.url.reveal();
  const directUrl = config.directUrl?.reveal();
  const options = { applicationName: 'holdfast doctor', maxConnections: 2, constraints: {}, onBroken() {} };
  // PostgreSQL itself, of which settings and open connections are read.
  await using database = openPostgres({ ...options, url: directUrl ?? url });
  try {
    await checkServer(database);
    await requireSession(directUrl ?? url, directUrl === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL');
    if (directUrl !== undefined) {
      await using pooled = openPostgres({ ...options, url, directUrl });
      await checkServer(pooled);
    }
  } catch (error) {
    return [fail(CHECK, describeDatabaseError(error)?.sentence ?? reasonOf(error))];
  }
  // A pooler opens those for requests, for all instances together.
  const needed = OTHER_CONNECTIONS + (directUrl === undefined ? config.connections : 0);
  const settings = await database.read(readServerSettings);
  const findings = [
    ok(CHECK, `PostgreSQL ${settings.version} answers, takes writes and stores UTF-8`),
    ...judgeSettings(settings),
    judgeConnections(settings, needed),
    await checkRights(database),
    await checkClock('the database', () => readClockMs(database)),
    ...(await checkStored(database, stored)),
  ];
  const { dataDirectory } = settings;
  if (dataDirectory !== null && existsSync(dataDirectory))
    findings.push(await checkDisk('the database', dataDirectory));
  return findings;
}

function judgeSettings({ fsync, fullPageWrites, synchronousCommit, walLevel }: ServerSettings): Finding[] {
  const findings: Finding[] = [];
  if (!fsync) {
    findings.push(fail('database settings', 'fsync is off: a crash of the machine destroys the database. Turn it on.'));
  }
  if (!fullPageWrites) {
    findings.push(warn('database settings', 'full_page_writes is off: a crash can leave torn pages. Turn it on.'));
  }
  if (synchronousCommit === 'off') {
    const text = 'synchronous_commit is off: a crash loses bookings that were answered. Set it to on for the database.';
    findings.push(warn('database settings', text));
  }
  if (walLevel === 'minimal') {
    const text = 'wal_level is minimal: there can be no standby and no restore to a moment. Set it to replica.';
    findings.push(warn('database settings', text));
  }
  if (findings.length > 0) return findings;
  return [ok('database settings', `fsync on, synchronous_commit ${synchronousCommit}, wal_level ${walLevel}`)];
}

/** @param needed connections that an instance opens at most */
function judgeConnections(settings: ServerSettings, needed: number): Finding {
  const { maxConnections, openConnections, roleLimit, databaseLimit } = settings;
  const name = 'database connections';
  for (const [whose, limit] of [
    ['role', roleLimit],
    ['database', databaseLimit],
  ] as const) {
    if (limit >= 0 && limit < needed) {
      const text = `the ${whose} may open ${limit}, and an instance opens up to ${needed}. Raise its connection limit.`;
      return fail(name, text);
    }
  }
  const free = maxConnections - openConnections;
  const text = `${openConnections} of ${maxConnections} are open; an instance opens up to ${needed}`;
  return free >= needed ? ok(name, text) : warn(name, `${text}. Raise max_connections before adding one.`);
}

async function checkRights(database: Database): Promise<Finding> {
  const missing = await database.read(readMissingRights);
  if (missing.length === 0) return ok('database rights', 'this user may read and write every table');
  const named = `${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}`;
  const advice = 'docs/operations.md has the grants, under "Serve without the right to create".';
  return fail('database rights', `this user may not use ${named}. ${advice}`);
}

async function readClockMs(database: Database): Promise<number> {
  const { rows } = await database.read((reader) =>
    sql<{ ms: number }>`select (extract(epoch from clock_timestamp()) * 1000)::double precision as ms`.execute(reader),
  );
  return rows[0]?.ms ?? Number.NaN;
}
