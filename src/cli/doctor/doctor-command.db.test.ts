import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onServer } from '../../../test/support/database/services.ts';
import { onPostgres } from '../../../test/support/database/test-database.ts';
import { startOwnRedis } from '../../../test/support/freshness/own-redis.ts';
import { freePort } from '../../../test/support/server/free-port.ts';
import { asOperator, OPERATOR_KEY, openGuardedApp } from '../../../test/support/server/principals.ts';
import { makeCertificate, makeEndedCertificate } from '../../../test/support/server/test-certificate.ts';
import { writeSuppliersFile } from '../../../test/support/supply/suppliers-file.ts';
import { addWebhook } from '../../../test/support/webhooks/add-webhook.ts';
import { lockDirectory } from '../../platform/db/directory-lock.ts';
import { runCommandLine } from '../command-line.ts';
import type { Finding } from './check.ts';
import { checkClock } from './check-clocks.ts';
import { checkDisk } from './check-host.ts';

async function run(env: Readonly<Record<string, string>>, ...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await runCommandLine(['doctor', ...args], {
    env: { LOG_LEVEL: 'silent', ...env },
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    version: '0',
  });
  return { exitCode, ...written };
}

/** Runs it, and returns the finding of a name as `fail: text`. */
async function finding(name: string, env: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
  const { stdout, exitCode } = await run(env, '--json', ...args);
  const { checks } = JSON.parse(stdout) as { checks: Finding[] };
  expect(exitCode).toBe(checks.some(({ status }) => status === 'fail') ? 1 : 0);
  const found = checks.filter((check) => check.name === name);
  return found.length > 0
    ? found.map(({ status, text }) => `${status}: ${text}`).join('\n')
    : `no check ${name} among ${checks.map((check) => check.name).join(', ')}`;
}

const IN_MEMORY = { HOLDFAST_DATA_DIR: 'memory:' };

onPostgres('holdfast doctor with PostgreSQL', (open) => {
  const env = () => ({ DATABASE_URL: open().url ?? '' });

  it('a line for each check, and exit code 0 when nothing fails', async () => {
    const { exitCode, stdout, stderr } = await run(env());
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ok {4}configuration +every variable is valid\n/);
    expect(stdout).toMatch(/^ok {4}database +PostgreSQL \d+/m);
    expect(stdout).toMatch(/^ok {4}database rights /m);
    expect(stdout).toMatch(/^ok {4}clock of the database +within 2 s/m);
    expect(stdout).toMatch(/^ok {4}schema +up to date$/m);
    expect(stdout).not.toMatch(/^fail/m);
  });

  it('a malformed variable fails the configuration, with exit code 1', async () => {
    const { exitCode, stdout, stderr } = await run({ HOLD_TTL: 'soon' });
    expect(stdout).toMatch(/^fail {2}configuration {2}HOLD_TTL=soon /m);
    expect([exitCode, stderr]).toEqual([1, 'holdfast: 1 check failed.\n']);
  });

  it('a database that cannot be reached, or does not exist, fails', async () => {
    const port = await freePort();
    const away = { DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/x` };
    expect(await finding('database', away)).toMatch(/^fail: .*ECONNREFUSED.*Start it, or correct DATABASE_URL/);
    const missing = new URL(open().url ?? '');
    missing.pathname = '/holdfast_nowhere';
    expect(await finding('database', { DATABASE_URL: missing.href })).toMatch(/^fail: There is no such database/);
  });

  it('settings that risk bookings are named', async () => {
    const { url = '' } = open();
    const name = new URL(url).pathname.slice(1);
    await onServer(url, `alter database "${name}" set synchronous_commit = off`);
    expect(await finding('database settings', env())).toMatch(/^warn: synchronous_commit is off/);
    await onServer(url, `alter database "${name}" reset synchronous_commit`);
    await onServer(url, `alter database "${name}" connection limit 5`);
    expect(await finding('database connections', env())).toMatch(/^fail: the database may open 5/);
    await onServer(url, `alter database "${name}" connection limit -1`);
    expect(await finding('database connections', env())).toMatch(/^ok/);
  });

  it('tables that the user may not write are named', async () => {
    const { url = '' } = open();
    const role = `holdfast_test_doctor_${process.pid}`;
    await onServer(url, `create role ${role} login`);
    try {
      await onServer(url, `grant select on all tables in schema public to ${role}`);
      const limited = new URL(url);
      limited.username = role;
      const found = await finding('database rights', { DATABASE_URL: limited.href });
      expect(found).toMatch(/^fail: this user may not use public\.\w+, .* and \d+ more/);
    } finally {
      await onServer(url, `drop owned by ${role}`);
      await onServer(url, `drop role ${role}`);
    }
  });

  it('pending migrations warn, a migration that was changed fails, and a newer schema is fine', async () => {
    const { url = '' } = open();
    await onServer(url, `update schema_migration set checksum = 'x' || checksum where version = 1`);
    expect(await finding('schema', env())).toMatch(/^fail: 0001_platform\.sql was changed/);
    await onServer(url, `update schema_migration set checksum = substr(checksum, 2) where version = 1`);
    await onServer(url, 'update schema_migration set version = 9999 where version = 1');
    expect(await finding('schema', env())).toMatch(/^warn: lacks 1 migrations, from 0001_platform\.sql on/);
    await onServer(url, 'update schema_migration set version = 1 where version = 9999');
    await onServer(url, `insert into schema_migration values (9999, '9999_later.sql', 'x')`);
    expect(await finding('schema', env())).toMatch(/^ok: has 1 migrations that a newer version made/);
    await onServer(url, 'delete from schema_migration where version = 9999');
    expect(await finding('schema', env())).toBe('ok: up to date');
  });

  it('failing webhooks and secrets that the key cannot read are named', async () => {
    const { database, url = '' } = open();
    const id = await addWebhook(database, 'https://shop.invalid/hooks?secret=of-the-shop');
    await onServer(url, `update webhook set failing_since = now() where id = ${id}`);
    const { stdout } = await run({ ...env(), HOLDFAST_SECRET_KEY: 'a-key-of-tests-only-which-is-long-enough' });
    expect(stdout).toMatch(new RegExp(`^warn {2}webhook ${id} +fails since `, 'm'));
    expect(stdout).not.toContain('of-the-shop');
    await onServer(url, `update webhook_secret set sealed = 'v1:none:none'`);
    expect(await finding('webhook secrets', env())).toMatch(/^fail: 1 cannot be read/);
    await onServer(url, 'delete from webhook');
  });

  it('with --url a running server is checked, too', async () => {
    const app = await openGuardedApp(open().database);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    await asOperator(app)('GET', '/readyz');
    const withKey = { ...env(), HOLDFAST_KEY: OPERATOR_KEY };
    expect(await finding('server', withKey, '--url', url)).toBe(`ok: ${url} is ready`);
    expect(await finding('server: change-feed', withKey, '--url', url)).toBe('ok: in use');
    expect(await finding('webhooks', env(), '--url', url)).toMatch(/^ok.*\nfail: .*HOLDFAST_KEY/);
    await app.close();
    expect(await finding('server', withKey, '--url', url)).toMatch(/^fail: .*cannot be reached/);
  });
});

describe('holdfast doctor with an embedded database', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'holdfast-doctor-'));
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  it('a directory that does not exist is not created', async () => {
    const missing = join(dataDir, 'none');
    expect(await finding('database', { HOLDFAST_DATA_DIR: missing })).toMatch(
      /^ok: embedded; the first start creates it/,
    );
  });

  it('a directory that a server has open warns and names --url', async () => {
    using _lock = lockDirectory(dataDir);
    expect(await finding('database', { HOLDFAST_DATA_DIR: dataDir })).toMatch(/^warn: .* in use .*--url/);
  });

  it('a directory with a schema that is not there yet warns', { timeout: 90_000 }, async () => {
    expect(await finding('schema', { HOLDFAST_DATA_DIR: dataDir })).toMatch(/^warn: lacks \d+ migrations/);
  });
});

describe('holdfast doctor with Redis', () => {
  it('a Redis that is away, refuses the password, or would refuse to store is named', async () => {
    const away = { ...IN_MEMORY, REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
    expect(await finding('redis', away)).toMatch(/^fail: 127\.0\.0\.1:\d+ cannot be used: .*ECONNREFUSED/);
    await using redis = await startOwnRedis('--maxmemory', '10mb', '--requirepass', 'of-the-test');
    const url = new URL(redis?.url ?? '');
    expect(await finding('redis', { ...IN_MEMORY, REDIS_URL: url.href })).toMatch(/^fail: .*NOAUTH/);
    url.password = 'of-the-test';
    const env = { ...IN_MEMORY, REDIS_URL: url.href };
    expect(await finding('redis', env)).toMatch(/^ok: version \d+/);
    expect(await finding('redis memory', env)).toMatch(/^warn: maxmemory-policy is noeviction/);
    expect(await finding('clock of redis', env)).toMatch(/^ok/);
  });
});

describe('holdfast doctor with upstreams', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async function check(baseUrl: string): Promise<string> {
    const venue = { id: 'venue', adapter: 'snapshot', base_url: baseUrl, pull_limits: ['1/1h'] };
    await using file = await writeSuppliersFile([venue]);
    return await finding('supplier venue', { ...IN_MEMORY, SUPPLIERS_FILE: file.path });
  }

  it('a supplier that accepts connections is sent nothing', async () => {
    let received = 0;
    const server = createServer((socket) => {
      socket.on('data', ({ length }) => {
        received += length;
      });
    });
    expect(await check(`http://127.0.0.1:${await listen(server)}`)).toMatch(/^ok: .* accepts connections$/);
    expect(received).toBe(0);
  });

  it('a supplier that is away is named', async () => {
    expect(await check(`http://127.0.0.1:${await freePort()}`)).toMatch(/^fail: .*ECONNREFUSED.*base_url/);
    expect(await check('https://supplier.invalid')).toMatch(
      /^fail: supplier\.invalid cannot be reached: .*ENOTFOUND|EAI_AGAIN/,
    );
  });

  it('a certificate that ended, and one that is not trusted, fail', async () => {
    const ended = await listen(createTlsServer(makeEndedCertificate()));
    expect(await check(`https://127.0.0.1:${ended}`)).toMatch(/^fail: the certificate of .* ended on 2020-02-01/);
    const unknown = await listen(createTlsServer(makeCertificate('IP:127.0.0.1')));
    expect(await check(`https://127.0.0.1:${unknown}`)).toMatch(
      /^fail: the certificate of .* is not trusted: .*SELF_SIGNED/,
    );
  });
});

describe('checks of the host', () => {
  it('a clock that is a few seconds off warns, and one that is a minute off fails', async () => {
    const off = (ms: number) => checkClock('the other', async () => Date.now() + ms);
    expect(await off(1_000)).toMatchObject({ status: 'ok' });
    expect(await off(-10_000)).toMatchObject({ status: 'warn', text: expect.stringMatching(/^(9\.9|10\.0) s behind/) });
    expect(await off(61_000)).toMatchObject({ status: 'fail', text: expect.stringMatching(/^(60\.9|61\.0) s ahead/) });
  });

  it('a disk without space fails', async () => {
    // Such a file system has no room, ever.
    expect(await checkDisk('the test', '/proc')).toMatchObject({ status: 'fail' });
  });
});
