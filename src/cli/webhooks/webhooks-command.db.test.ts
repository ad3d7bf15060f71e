import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onPostgres } from '../../../test/support/database/test-database.ts';
import { asOperator, OPERATOR_KEY, openGuardedApp } from '../../../test/support/server/principals.ts';
import { lockDirectory } from '../../platform/db/directory-lock.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { runCommandLine } from '../command-line.ts';

type Env = Readonly<Record<string, string>>;
type Place = readonly [env: Env, at: readonly string[]];

const KEY = 'a-key-of-tests-only-which-is-long-enough';
const RECEIVER = 'https://shop.invalid/hooks';

async function run([env, at]: Place, ...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await runCommandLine(['webhooks', ...args, ...at], {
    env: { LOG_LEVEL: 'silent', ...env },
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    version: '0',
  });
  return { exitCode, ...written };
}

onPostgres('holdfast webhooks', (open) => {
  let app: HttpServer;
  let url: string;
  beforeAll(async () => {
    app = await openGuardedApp(open().database, { HOLDFAST_SECRET_KEY: KEY });
    url = await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => app.close());

  const ask: ReturnType<typeof asOperator> = (...args) => asOperator(app)(...args);
  const secretOf = async (id: string) => {
    const { body } = await ask('GET', `/api/v1/webhooks/${id}/secret`);
    return (body as { secret: string }).secret;
  };

  describe.each(['the database', 'a running server'])('in %s', (where) => {
    const place = (): Place =>
      where === 'the database'
        ? [{ DATABASE_URL: open().url ?? '', HOLDFAST_SECRET_KEY: KEY }, []]
        : [{ HOLDFAST_KEY: OPERATOR_KEY }, ['--url', url]];

    async function create(...options: string[]): Promise<string> {
      const { stdout, stderr, exitCode } = await run(place(), 'create', RECEIVER, ...options);
      expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^Webhook \d+ is created\./)]);
      const [, id = ''] = /^Webhook (\d+)/.exec(stderr) ?? [];
      expect(stdout).toBe(`${await secretOf(id)}\n`);
      return id;
    }

    it('create prints the secret alone on standard output', async () => {
      const id = await create('--event', 'reservation.*', '--event', 'order.created', '--description', 'Shop');
      expect((await ask('GET', `/api/v1/webhooks/${id}`)).body).toMatchObject({
        url: RECEIVER,
        events: ['reservation.*', 'order.created'],
        description: 'Shop',
        provider_id: null,
      });
    });

    it('create with --json prints the object that the API answers', async () => {
      const { stdout } = await run(place(), 'create', RECEIVER, '--json');
      const made = JSON.parse(stdout);
      const { body } = await ask('GET', `/api/v1/webhooks/${made.webhook_id}`);
      expect(made).toEqual({ ...(body as object), secret: await secretOf(made.webhook_id) });
    });

    it('list shows webhooks without their secrets', async () => {
      const id = await create('--description', 'Listed');
      const { stdout, exitCode } = await run(place(), 'list');
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(new RegExp(`^${id} +all +active +${RECEIVER} +Listed$`, 'm'));
      expect(stdout).not.toContain('whsec_');
      const listed = JSON.parse((await run(place(), 'list', '--json')).stdout);
      expect(listed.map(({ webhook_id }: { webhook_id: number }) => String(webhook_id))).toContain(id);
    });

    it('rotate-secret prints the new secret', async () => {
      const id = await create();
      const before = await secretOf(id);
      const { stdout, stderr } = await run(place(), 'rotate-secret', id);
      expect(stdout).toBe(`${await secretOf(id)}\n`);
      expect(stdout).not.toBe(`${before}\n`);
      expect(stderr).toBe(`The old secret of webhook ${id} also signs for 24 hours.\n`);
    });

    it('test makes a delivery, which is listed and sent again', async () => {
      const id = await create();
      const eventId = (await run(place(), 'test', id)).stdout.trim();
      const list = async (...options: string[]) =>
        JSON.parse((await run(place(), 'deliveries', id, '--json', ...options)).stdout);
      const [delivery] = await list();
      expect(delivery).toMatchObject({ event_id: eventId, type: 'webhook.test', status: 'pending' });
      const row = new RegExp(`^${delivery.delivery_id} +20\\S+Z +webhook.test +pending +attempts 0 +${eventId}$`, 'm');
      expect((await run(place(), 'deliveries', id)).stdout).toMatch(row);
      await open().database.statement((tx) =>
        sql`update webhook_delivery set status = 'failed', due_at = null, attempts = 1 where webhook_id = ${id}`.execute(
          tx,
        ),
      );
      expect(await list('--status', 'pending')).toEqual([]);
      const sentAgain = { exitCode: 0, stdout: '', stderr: '1 delivery is sent again.\n' };
      expect(await run(place(), 'replay', id, '--delivery', String(delivery.delivery_id))).toEqual(sentAgain);
      expect(await list('--status', 'pending')).toMatchObject([{ attempts: 0 }]);
      expect(await run(place(), 'replay', id, '--since', '2020-01-01')).toEqual(sentAgain);
      expect(await run(place(), 'replay', id, '--since', '2020-01-01', '--until', '2020-02-01', '--json')).toEqual({
        exitCode: 0,
        stdout: '{\n  "deliveries": 0\n}\n',
        stderr: '0 deliveries are sent again.\n',
      });
    });

    it('delete deletes a webhook', async () => {
      const id = await create();
      expect(await run(place(), 'delete', id)).toEqual({
        exitCode: 0,
        stdout: '',
        stderr: `Webhook ${id} is deleted.\n`,
      });
      expect((await ask('GET', `/api/v1/webhooks/${id}`)).status).toBe(404);
    });

    it.each([
      [['delete', '999999'], 'There is no webhook 999999'],
      [['deliveries', '999999'], 'There is no webhook 999999'],
      [['create', 'http://shop.invalid/'], '/url must begin with https://'],
      [['create', 'https://10.0.0.1/'], 'The URL must lead to a public address'],
      [['create', RECEIVER, '--provider', '999999'], 'There is no provider 999999'],
    ])('%j fails with exit code 1 and one line', async (args, message) => {
      const { exitCode, stdout, stderr } = await run(place(), ...args);
      expect([exitCode, stdout, stderr.split('\n').length]).toEqual([1, '', 2]);
      expect(stderr).toContain(message);
    });
  });

  it('where the database cannot be used, the error offers --url', async () => {
    const unreachable = await run([{ DATABASE_URL: 'postgres://127.0.0.1:1/none' }, []], 'list');
    expect([unreachable.exitCode, unreachable.stderr]).toEqual([
      1,
      expect.stringMatching(/^holdfast: .*Or give "--url" with the address of a running server\.\n$/),
    ]);
    await using stack = new AsyncDisposableStack();
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
    stack.defer(() => rm(directory, { recursive: true }));
    stack.use(lockDirectory(directory));
    const inUse = await run([{ HOLDFAST_DATA_DIR: directory }, []], 'list');
    expect([inUse.exitCode, inUse.stderr]).toEqual([
      2,
      expect.stringContaining('is in use by another Holdfast process'),
    ]);
    expect(inUse.stderr).toMatch(/Or give "--url" with the address of a running server\.\n$/);
  });

  it.each([
    [['delete', 'x'], 'WEBHOOK_ID is a whole number from 1, not "x".'],
    [['create', RECEIVER, '--event', 'sale.*'], '"--event" is a type such as reservation.held'],
    [['create', RECEIVER, '--description', ''], '"--description" must be 1 to 500 characters'],
    [['deliveries', '1', '--limit', '1001'], '"--limit" is a whole number from 1 to 1000, not "1001".'],
    [['deliveries', '1', '--status', 'sent'], '"--status" is pending or delivered or failed, not "sent".'],
    [['replay', '1'], 'Give either "--delivery", or "--since"'],
    [['replay', '1', '--delivery', '1', '--since', '2020-01-01'], 'Give either "--delivery", or "--since"'],
  ])('%j is wrong usage', async (args, message) => {
    const { exitCode, stderr } = await run([{}, []], ...args);
    expect([exitCode, stderr.includes(message), stderr]).toEqual([2, true, stderr]);
  });
});
