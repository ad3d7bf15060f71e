import { afterAll, beforeAll, expect, it } from 'vitest';
import { onPostgres } from '../../test/support/database/test-database.ts';
import { openTestApp } from '../../test/support/server/test-app.ts';
import { type SuppliersFile, writeSuppliersFile } from '../../test/support/supply/suppliers-file.ts';
import { readConfig } from '../config/config.ts';
import { runCommandLine } from './command-line.ts';
import { runSync } from './sync-command.ts';

onPostgres('holdfast sync', (open) => {
  let file: SuppliersFile;
  beforeAll(async () => {
    const venue = { id: 'venue', adapter: 'snapshot', base_url: 'http://127.0.0.1:1', pull_limits: ['1/1h'] };
    file = await writeSuppliersFile([venue]);
  });
  afterAll(() => file[Symbol.asyncDispose]());

  const env = () => ({ DATABASE_URL: open().url, LOG_LEVEL: 'silent', SUPPLIERS_FILE: file.path });

  function run(once: boolean, onWrite: (text: string) => void, isTTY: boolean, signal = new AbortController().signal) {
    return runSync(once, readConfig(env()), { isTTY, write: onWrite }, signal);
  }

  it.each([
    [false, false],
    [true, true],
  ])('prints once with --once %s where drawing over is %s', async (once, isTTY) => {
    const written: string[] = [];
    await run(once, (text) => written.push(text), isTTY);
    expect(written).toHaveLength(1);
    expect(written[0]).toContain('venue  running\n');
    expect(written[0]).toContain('0 of 1 fresh enough, 1 to pull\n  budget    0 of 1/1h; next pull now\n');
  });

  it('holdfast sync redraws its lines until it is stopped', async () => {
    const stopped = new AbortController();
    const written: string[] = [];
    const write = (text: string) => {
      written.push(text);
      if (written.length === 2) stopped.abort();
    };
    await run(false, write, true, stopped.signal);
    expect(written[1]).toBe(`\x1b[6A\x1b[J${written[0]}`);
  });

  it('prints the status of a running server with --url, without a database or SUPPLIERS_FILE', async () => {
    const app = await openTestApp(open().database, { SUPPLIERS_FILE: file.path });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const direct: string[] = [];
    await run(true, (text) => direct.push(text), false);
    const { exitCode, output } = await runOnServer(url);
    await app.close();
    expect(exitCode, output).toBe(0);
    expect(output).toBe(`${direct.join('')}Read over HTTP: the times left do not count what becomes due meanwhile.\n`);
  });

  it.each([
    ['http://127.0.0.1:9999', 1, 'http://127.0.0.1:9999/api/v1/sync/status cannot be reached: connect ECONNREFUSED'],
    ['127.0.0.1:3000', 2, '--url 127.0.0.1:3000 is not an address such as http://127.0.0.1:3000'],
  ])('--url %s fails with exit code %i and one line', async (url, code, message) => {
    const { exitCode, output } = await runOnServer(url);
    expect([exitCode, output.split('\n').length]).toEqual([code, 2]);
    expect(output).toContain(`holdfast: ${message}`);
  });

  it('a server without that route fails with exit code 1 and the status of its answer', async () => {
    const app = await openTestApp(open().database);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const { exitCode, output } = await runOnServer(`${url}/nowhere`);
    await app.close();
    expect([exitCode, output]).toEqual([1, expect.stringContaining('did not answer with a sync status (HTTP 404)')]);
  });
});

async function runOnServer(url: string) {
  let output = '';
  const printer = { write: (text: string) => (output += text) };
  const context = { env: {}, stdout: printer, stderr: printer, version: '0' };
  return { exitCode: await runCommandLine(['sync', '--once', '--url', url], context), output };
}
