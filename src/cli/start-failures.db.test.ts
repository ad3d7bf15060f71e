import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type OwnPooler, onPooled, startOwnPooler } from '../../test/support/database/own-pooler.ts';
import { onServer, withDatabase } from '../../test/support/database/services.ts';
import { onPostgres } from '../../test/support/database/test-database.ts';
import { startChildServer } from '../../test/support/server/child-server.ts';
import { lockDirectory } from '../platform/db/directory-lock.ts';
import { runCommandLine } from './command-line.ts';

/** Runs a command that must fail, and returns its exit code and the one line that it prints. */
async function fail(command: string, env: Record<string, string>) {
  let output = '';
  const printer = { write: (text: string) => (output += text) };
  const context = { env: { LOG_LEVEL: 'silent', ...env }, stdout: printer, stderr: printer, version: '0' };
  const exitCode = await runCommandLine(command.split(' '), context);
  const [line, ...others] = output.split('\n');
  expect(others, output).toEqual(['']);
  return { exitCode, line };
}

const IN_MEMORY = { HOLDFAST_DATA_DIR: 'memory:', HOLDFAST_SAMPLES: 'off' };

describe('a start that fails', () => {
  it.each([
    ['a port that is no port', { PORT: '99999' }, 'PORT=99999 is not a whole number from 0 to 65535'],
    ['a database URL of another kind', { DATABASE_URL: 'mysql://x' }, 'DATABASE_URL is not a PostgreSQL URL such as'],
    ['a Redis URL with a name for a number', { REDIS_URL: 'redis://x/name' }, 'REDIS_URL is not a Redis URL such as'],
    ['a Redis URL that cannot be decoded', { REDIS_URL: 'redis://:%zz@x' }, 'REDIS_URL is not a Redis URL such as'],
    [
      'a suppliers file that is missing',
      { SUPPLIERS_FILE: '/no/file' },
      'SUPPLIERS_FILE=/no/file: cannot be read: ENOENT',
    ],
    [
      'a direct URL alone',
      { DATABASE_DIRECT_URL: 'postgres://x' },
      'DATABASE_DIRECT_URL is set without DATABASE_URL. Set both',
    ],
    [
      'a direct URL of another kind',
      { DATABASE_URL: 'postgres://x', DATABASE_DIRECT_URL: 'mysql://x' },
      'DATABASE_DIRECT_URL is not a PostgreSQL URL such as',
    ],
    [
      'too few connections',
      { DATABASE_URL: 'postgres://x', DATABASE_CONNECTIONS: '1' },
      'DATABASE_CONNECTIONS=1 is not a whole number from 2 to 1000',
    ],
    ['a suppliers file that is a directory', { SUPPLIERS_FILE: '/' }, 'SUPPLIERS_FILE=/: cannot be read: EISDIR'],
  ])('exits with 2 and names the variable for %s', async (_what, env, start) => {
    const { exitCode, line } = await fail('serve', { ...IN_MEMORY, ...env });
    expect([exitCode, line]).toEqual([2, expect.stringContaining(`holdfast: ${start}`)]);
  });

  it('exits with 2 when the port is in use, and has opened nothing by then', async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-port-'));
    await using other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const dataDir = join(directory.path, 'data');
    const { exitCode, line } = await fail('serve', { HOLDFAST_DATA_DIR: dataDir, PORT: String(port) });
    expect(exitCode).toBe(2);
    expect(line).toContain(`holdfast: Port ${port} of 127.0.0.1 is in use by another process. Stop it, or set PORT`);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('exits with 2 when the host is not a known address', async () => {
    const { exitCode, line } = await fail('serve', { ...IN_MEMORY, HOST: '127.999.0.1', PORT: '0' });
    expect([exitCode, line]).toEqual([2, expect.stringContaining('holdfast: HOST is not a known address:')]);
  });

  it('exits with 2 when another process uses the data directory', async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-locked-'));
    using _lock = lockDirectory(directory.path);
    const { exitCode, line } = await fail('migrate', { HOLDFAST_DATA_DIR: directory.path });
    expect([exitCode, line]).toEqual([
      2,
      `holdfast: ${directory.path} is in use by another Holdfast process. ` +
        'Stop it, or set HOLDFAST_DATA_DIR to another directory.',
    ]);
  });

  it('exits with 2 when the data directory is a file', async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-file-'));
    const file = join(directory.path, 'file');
    await writeFile(file, '');
    const { exitCode, line } = await fail('migrate', { HOLDFAST_DATA_DIR: file });
    expect([exitCode, line]).toEqual([
      2,
      expect.stringMatching(/cannot be used: Error: EEXIST.* Set HOLDFAST_DATA_DIR/),
    ]);
  });

  it('exits with 2 when the data directory holds no database that can be opened', async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-broken-'));
    await mkdir(join(directory.path, 'pgdata'));
    await writeFile(join(directory.path, 'pgdata', 'PG_VERSION'), '9.6\n');
    const { exitCode, line } = await fail('migrate', { HOLDFAST_DATA_DIR: directory.path });
    expect([exitCode, line]).toEqual([2, expect.stringContaining('does not hold a database that can be opened')]);
  });

  it('exits with 1 and the reason when the database cannot be reached', async () => {
    const { exitCode, line } = await fail('migrate', { DATABASE_URL: 'postgres://postgres@127.0.0.1:9/holdfast' });
    expect([exitCode, line]).toEqual([
      1,
      'holdfast: The database cannot be reached: connect ECONNREFUSED 127.0.0.1:9. Start it, or correct DATABASE_URL.',
    ]);
  });
});

onPooled('a start through PgBouncer', (open) => {
  let pooler: OwnPooler;
  beforeAll(async () => {
    pooler = await startOwnPooler(open().url ?? '');
  });
  afterAll(async () => {
    await pooler[Symbol.asyncDispose]();
  });

  const direct = () => open().url ?? '';
  it.each<[string, () => string | undefined, number, RegExp]>([
    ['without DATABASE_DIRECT_URL', () => undefined, 2, /^holdfast: DATABASE_URL .* Set DATABASE_DIRECT_URL to Post/],
    [
      'with the pooler as DATABASE_DIRECT_URL',
      () => pooler.through(direct()),
      2,
      /^holdfast: DATABASE_DIRECT_URL .* Set it/,
    ],
    [
      'with another database as DATABASE_DIRECT_URL',
      () => inject('postgresUrl')?.replace(/[^/]+$/, inject('postgresTemplate')),
      2,
      /^holdfast: DATABASE_URL and DATABASE_DIRECT_URL lead to different databases\. Set both/,
    ],
    [
      'with a DATABASE_DIRECT_URL where nothing listens',
      () => 'postgres://postgres@127.0.0.1:9/holdfast',
      1,
      /^holdfast: The database at DATABASE_DIRECT_URL cannot be reached: .*:9\. Start it, or correct DATABASE_DIRECT_URL\.$/,
    ],
  ])('is refused with one line %s', async (_what, directUrl, code, expected) => {
    const url = directUrl();
    const env = { DATABASE_URL: pooler.through(direct()), ...(url && { DATABASE_DIRECT_URL: url }) };
    const { exitCode, line } = await fail('migrate', env);
    expect([exitCode, line]).toEqual([code, expect.stringMatching(expected)]);
  });

  it('serves when DATABASE_DIRECT_URL is the database itself, and the first connection is the pooler', async () => {
    await using server = await startChildServer({
      DATABASE_URL: pooler.through(direct()),
      DATABASE_DIRECT_URL: direct(),
      DATABASE_CONNECTIONS: '3',
    });
    const ready = await fetch(`http://127.0.0.1:${server.port}/readyz`);
    expect(await ready.json()).toMatchObject({
      status: 'ready',
      dependencies: [{ name: 'change-feed', state: 'in-use' }],
    });
    server.signal('SIGTERM');
    expect(await server.gone()).toBe(0);
    expect(server.complaints).toEqual([]);
  });
});

onPostgres('a start on PostgreSQL that fails', (open) => {
  const name = (what: string) => `holdfast_${what}_${process.pid}_${randomBytes(4).toString('hex')}`;
  const role = name('role');
  const own = (what: string, options = '') => ({ database: name(what), options });
  const C = `locale 'C' template template0`;
  const latin1 = own('latin1', `encoding 'LATIN1' ${C}`);
  const ascii = own('ascii', `encoding 'SQL_ASCII' ${C}`);
  const foreign = own('foreign');
  const otherHistory = own('history');
  const readOnly = own('read_only');
  const closed = own('closed');
  const jobless = own('jobless', `template ${inject('postgresTemplate')}`);
  const all = [latin1, ascii, foreign, otherHistory, readOnly, closed, jobless];
  const server = () => inject('postgresUrl') ?? '';
  const at = ({ database }: { database: string }) => withDatabase(server(), database);

  beforeAll(async () => {
    for (const each of all) {
      await onServer(server(), `create database ${each.database} ${each.options}`);
    }
    await onServer(server(), `create role ${role} login`);
    await onServer(at(foreign), 'create table client (id integer)');
    await onServer(at(otherHistory), 'create table schema_migration (id text)');
    await onServer(at(closed), 'revoke usage on schema public from public');
    await onServer(at(jobless), `grant select on schema_migration to ${role}`);
    await onServer(server(), `alter database ${readOnly.database} set default_transaction_read_only = on`);
  });
  afterAll(async () => {
    for (const { database } of all) {
      await onServer(server(), `drop database ${database} with (force)`);
    }
    await onServer(server(), `drop role ${role}`);
  });

  const changed = (url: string, change: (url: URL) => void) => {
    const other = new URL(url);
    change(other);
    // In a connection URI a plus is a plus.
    return other.href.replaceAll('+', '%20');
  };

  it.each<[string, () => string, RegExp]>([
    [
      'the database does not exist',
      () => at({ database: 'holdfast_nowhere' }),
      /no such database: .*"holdfast_nowhere".*createdb/,
    ],
    [
      'the user does not exist',
      () => changed(server(), (url) => (url.username = 'nobody_here')),
      /refuses the login: .*nobody_here.* DATABASE_URL/,
    ],
    [
      'the server does not support encryption',
      () => changed(server(), (url) => url.searchParams.set('sslmode', 'verify-full')),
      /does not support SSL.* sslmode/,
    ],
    [
      'a setting of the URL is not known',
      () => changed(server(), (url) => url.searchParams.set('options', '-c nonsense=1')),
      /refuses the connection: .*nonsense.* PGOPTIONS/,
    ],
    ['the database is in LATIN1', () => at(latin1), /"holdfast_latin1_.*LATIN1.*encoding 'UTF8'/],
    ['the database is in SQL_ASCII', () => at(ascii), /"holdfast_ascii_.*SQL_ASCII.*encoding 'UTF8'/],
    [
      'the database is read-only',
      () => at(readOnly),
      /"holdfast_read_only_.* is read-only .*default_transaction_read_only/,
    ],
    [
      'the URL makes the database read-only',
      () => changed(open().url ?? '', (url) => url.searchParams.set('options', '-c default_transaction_read_only=on')),
      /is read-only /,
    ],
    [
      'triggers are off',
      () => changed(open().url ?? '', (url) => url.searchParams.set('options', '-c session_replication_role=replica')),
      /Triggers are off .*session_replication_role/,
    ],
    [
      'the user has no right on the schema',
      () => changed(at(foreign), (url) => (url.username = role)),
      /"holdfast_role_.* may not create .*schema public .*grant create/,
    ],
    [
      'the user may not use the schema',
      () => changed(at(closed), (url) => (url.username = role)),
      /"holdfast_role_.* may not use the schema public .*grant usage/,
    ],
    [
      'the schema is up to date, and the user may not create the tables of jobs',
      () => changed(at(jobless), (url) => (url.username = role)),
      /"holdfast_role_.* may not create .*schema pgboss .*"holdfast migrate" .*grant create on database/,
    ],
    [
      'tables of another program are in the way',
      () => at(foreign),
      /not Holdfast's: relation "client" already exists\. Set DATABASE_URL/,
    ],
    [
      'another program keeps its history under the same name',
      () => at(otherHistory),
      /not Holdfast's: .*does not exist\. Set DATABASE_URL/,
    ],
  ])('exits with 2 and one line when %s', async (_what, url, expected) => {
    const { exitCode, line } = await fail('migrate', { DATABASE_URL: url() });
    expect([exitCode, line]).toEqual([2, expect.stringMatching(expected)]);
  });

  it('exits with 2 when a table belongs to another user', async () => {
    const { url = '' } = open();
    await onServer(url, `grant create on schema public to ${role}`);
    await onServer(url, `grant create on database ${new URL(url).pathname.slice(1)} to ${role}`);
    const env = { DATABASE_URL: changed(url, (other) => (other.username = role)) };
    const { exitCode, line } = await fail('serve', { PORT: '0', ...env });
    expect([exitCode, line]).toEqual([
      2,
      expect.stringMatching(/may not .*: permission denied for table \w+\. Connect as/),
    ]);
    await onServer(url, `drop owned by ${role}`);
  });

  it('exits with 2 when a migration was changed after it had been applied', async () => {
    const { database, url = '' } = open();
    await database.transaction((tx) => sql`update schema_migration set checksum = 'x' where version = 1`.execute(tx));
    const { exitCode, line } = await fail('migrate', { DATABASE_URL: url });
    expect(exitCode).toBe(2);
    expect(line).toContain('holdfast: 0001_platform.sql was changed after it had been applied');
  });
});
