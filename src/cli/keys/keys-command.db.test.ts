import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onPostgres } from '../../../test/support/database/test-database.ts';
import { openGuardedApp, withToken } from '../../../test/support/server/principals.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { runCommandLine } from '../command-line.ts';

type Env = Readonly<Record<string, string>>;

async function run(env: Env, ...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await runCommandLine(['keys', ...args], {
    env: { LOG_LEVEL: 'silent', ...env },
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    version: '0',
  });
  return { exitCode, ...written };
}

onPostgres('holdfast keys', (open) => {
  let app: HttpServer;
  let url: string;
  beforeAll(async () => {
    app = await openGuardedApp(open().database);
    url = await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => app.close());

  const inDatabase = (): Env => ({ DATABASE_URL: open().url ?? '' });
  const whoami = async (key: string) => (await withToken(app, key)('GET', '/api/v1/whoami')).body;

  async function createOperator(): Promise<string> {
    const { stdout, stderr, exitCode } = await run(inDatabase(), 'create', '--role', 'operator', '--name', 'First');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^hf_[0-9a-f]{20}_[\w-]{43}\n$/);
    return stdout.trim();
  }

  it('create prints the key alone on standard output, and the key works', async () => {
    expect(await whoami(await createOperator())).toMatchObject({ role: 'operator', subject: null });
  });

  it('create with --json prints the object that the API answers', async () => {
    const end = '2099-12-31T00:00:00Z';
    const args = ['--role', 'reseller', '--subject', 'Acme', '--name', 'x', '--expires-at', end, '--json'];
    const { stdout, exitCode } = await run(inDatabase(), 'create', ...args);
    expect(exitCode).toBe(0);
    const made = JSON.parse(stdout);
    expect(Object.keys(made).sort()).toEqual(
      ['created_at', 'expires_at', 'key', 'key_id', 'name', 'role', 'subject'].sort(),
    );
    expect(made).toMatchObject({ role: 'reseller', subject: 'Acme', expires_at: end });
    expect(await whoami(made.key)).toMatchObject({ key_id: made.key_id, expires_at: end });
  });

  describe.each(['the database', 'a running server'])('in %s', (place) => {
    async function envAndUrl(): Promise<readonly [Env, readonly string[]]> {
      if (place === 'the database') return [inDatabase(), []];
      return [{ HOLDFAST_KEY: await createOperator() }, ['--url', url]];
    }

    it('keys are created, listed, rotated and revoked', async () => {
      const [env, at] = await envAndUrl();
      const created = await run(env, 'create', '--role', 'monitor', '--name', 'Prometheus', ...at);
      expect(created).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('not shown again') });
      const keyId = created.stdout.slice(3, 23);
      const rotated = await run(env, 'rotate', keyId, '--overlap', '1h', ...at);
      expect(rotated.exitCode, rotated.stderr).toBe(0);
      const [oldKey, newKey] = [created.stdout.trim(), rotated.stdout.trim()];
      expect([await whoami(oldKey), await whoami(newKey)]).toMatchObject([{ role: 'monitor' }, { role: 'monitor' }]);
      expect(await run(env, 'revoke', keyId, ...at)).toEqual({
        exitCode: 0,
        stdout: '',
        stderr: `Key ${keyId} is revoked.\n`,
      });
      await expect.poll(() => whoami(oldKey)).toMatchObject({ status: 401 });
      const { stdout } = await run(env, 'list', ...at);
      expect(stdout).toMatch(new RegExp(`^${keyId}  monitor +revoked 20.*Prometheus$`, 'm'));
      expect(stdout).toMatch(new RegExp(`^${newKey.slice(3, 23)}  monitor +no end.*Prometheus$`, 'm'));
      expect(stdout).not.toContain('hf_');
      const listed = JSON.parse((await run(env, 'list', '--json', ...at)).stdout);
      expect(listed.map(({ key_id }: { key_id: string }) => key_id)).toContain(keyId);
    });

    it.each([
      [['revoke', '0123456789abcdef0123'], 'There is no key 0123456789abcdef0123'],
      [['create', '--role', 'client', '--subject', '999', '--name', 'x'], 'There is no client 999'],
      [['create', '--role', 'viewer', '--name', 'x', '--expires-at', '2001-01-01'], 'expires_at has passed'],
      [['create', '--role', 'viewer', '--name', 'x', '--expires-at', 'soon'], '/expires_at'],
    ])('%j fails with exit code 1 and one line', async (args, message) => {
      const [env, at] = await envAndUrl();
      const { exitCode, stdout, stderr } = await run(env, ...args, ...at);
      expect([exitCode, stdout, stderr.split('\n').length]).toEqual([1, '', 2]);
      expect(stderr).toContain(message);
    });
  });

  it('a server refuses without a key, and the line says what to set', async () => {
    const { exitCode, stderr } = await run({}, 'list', '--url', url);
    expect([exitCode, stderr.trim().endsWith('Set HOLDFAST_KEY to a key of the role operator.')]).toEqual([1, true]);
  });

  it('holdfast sync --url sends HOLDFAST_KEY', async () => {
    let output = '';
    const printer = { write: (text: string) => (output += text) };
    const sync = (env: Env) =>
      runCommandLine(['sync', '--once', '--url', url], { env, stdout: printer, stderr: printer, version: '0' });
    expect([await sync({ HOLDFAST_KEY: await createOperator() }), output]).toEqual([
      0,
      expect.stringContaining('Read over HTTP'),
    ]);
    expect([await sync({}), output]).toEqual([
      1,
      expect.stringContaining('Set HOLDFAST_KEY to a key that may read it'),
    ]);
  });
});
