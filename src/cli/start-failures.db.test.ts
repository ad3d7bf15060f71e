import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { onPostgres } from '../../test/support/database/test-database.ts';
import { lockDirectory } from '../platform/db/directory-lock.ts';
import { runCommandLine } from './command-line.ts';

/** Runs a command that must fail, and returns its exit code and the one line that it prints. */
async function fail(command: string, env: Record<string, string>) {
  let output = '';
  const printer = { write: (text: string) => (output += text) };
  const context = { env: { LOG_LEVEL: 'silent', ...env }, stdout: printer, stderr: printer, version: '0' };
  const exitCode = await runCommandLine([command], context);
  const [line, ...others] = output.split('\n');
  expect(others, output).toEqual(['']);
  return { exitCode, line };
}

const IN_MEMORY = { HOLDFAST_DATA_DIR: 'memory:', HOLDFAST_SAMPLES: 'off' };

describe('a start that fails', () => {
  it('exits with 2 and names the variable when the configuration is wrong', async () => {
    const { exitCode, line } = await fail('serve', { PORT: '99999' });
    expect([exitCode, line]).toEqual([2, 'holdfast: PORT=99999 is not a whole number from 0 to 65535']);
  });

  it('exits with 2 when the port is in use', async () => {
    await using other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { exitCode, line } = await fail('serve', { ...IN_MEMORY, PORT: String(port) });
    expect(exitCode).toBe(2);
    expect(line).toContain(`holdfast: Port ${port} of 127.0.0.1 is in use by another process. Stop it, or set PORT`);
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

  it('exits with 1 and the reason when the database cannot be reached', async () => {
    const { exitCode, line } = await fail('migrate', { DATABASE_URL: 'postgres://postgres@127.0.0.1:9/holdfast' });
    expect([exitCode, line]).toEqual([1, 'holdfast: The database cannot be reached: connect ECONNREFUSED 127.0.0.1:9']);
  });
});

onPostgres('a start on PostgreSQL that fails', (open) => {
  it('exits with 2 when the database does not exist', async () => {
    const url = new URL(open().url ?? '');
    url.pathname = '/holdfast_nowhere';
    const { exitCode, line } = await fail('migrate', { DATABASE_URL: url.href });
    expect([exitCode, line]).toEqual([
      2,
      'holdfast: The database cannot be reached: database "holdfast_nowhere" does not exist',
    ]);
  });

  it('exits with 2 when a migration was changed after it had been applied', async () => {
    const { database, url = '' } = open();
    await database.transaction((tx) => sql`update schema_migration set checksum = 'x' where version = 1`.execute(tx));
    const { exitCode, line } = await fail('migrate', { DATABASE_URL: url });
    expect(exitCode).toBe(2);
    expect(line).toContain('holdfast: 0001_platform.sql was changed after it had been applied');
  });
});
