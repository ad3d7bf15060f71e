import { pino } from 'pino';
import { expect, it } from 'vitest';
import { startRecordedServer } from '../../../../test/support/access/canary-server.ts';
import { openSecondConnection } from '../../../../test/support/database/second-connection.ts';
import { eachDatabase, onPostgres } from '../../../../test/support/database/test-database.ts';
import { asOperator, asRole, makeKey, OPERATOR_KEY, withToken } from '../../../../test/support/server/principals.ts';
import { ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import { composeApp } from '../../../compose/compose-app.ts';
import { readConfig } from '../../../config/config.ts';
import { SampledClock } from '../../../platform/db/database-clock.ts';
import { createLogger } from '../../../platform/logger.ts';
import { SecretBox } from '../sealed-secret.ts';
import { countUnreadableSecrets } from './secret-store.ts';

const RECEIVER = 'https://shop.invalid/hooks?token=secret-of-the-receiver';
const KEY = 'a-key-of-tests-only-which-is-long-enough';
const SINCE = { since: '2020-01-01T00:00:00Z' };

type Line = Record<string, unknown> & { readonly msg: string };

eachDatabase('the log of webhooks', (open) => {
  it('each change and each look at a secret has one line with its actor, without URL and secret', async () => {
    const written: string[] = [];
    const logger = pino({ level: 'trace', base: null }, { write: (line: string) => void written.push(line) });
    const env = { HOLDFAST_DATA_DIR: 'memory:', AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY };
    const { app } = await composeApp(readConfig(env), open().database, logger, '0.0.0');
    await using _closed = app;
    const { body: made } = await asOperator(app)('POST', '/api/v1/providers', { first_name: 'A', last_name: 'B' });
    const { provider_id } = made as { provider_id: number };
    const { key, key_id } = await makeKey(app, 'provider', provider_id);
    const provider = withToken(app, key);
    const once = { 'idempotency-key': 'once' };
    const create = () => provider('POST', '/api/v1/webhooks', { url: RECEIVER }, once);
    const { webhook_id, secret } = (await create()).body as { webhook_id: number; secret: string };
    // A repetition does nothing, so it has no line.
    await create();
    const path = `/api/v1/webhooks/${webhook_id}`;
    await provider('PATCH', path, { url: `${RECEIVER}2`, status: 'disabled' });
    await provider('GET', `${path}/secret`);
    const rotated = (await provider('POST', `${path}/rotate-secret`, undefined, once)).body as { secret: string };
    await provider('POST', `${path}/rotate-secret`, undefined, once);
    await provider('POST', `${path}/test`);
    const { body } = await provider('GET', `${path}/deliveries`);
    const [{ delivery_id = 0 } = {}] = (body as { deliveries: { delivery_id?: number }[] }).deliveries;
    await provider('POST', `${path}/deliveries/${delivery_id}/replay`);
    await provider('POST', `${path}/replay`, SINCE);
    await provider('DELETE', path);
    await provider('DELETE', path);

    const lines = written.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg.startsWith('webhook'));
    const actor = { role: 'provider', subject: provider_id, key_id };
    expect(lines).toEqual(lines.map(() => expect.objectContaining({ level: 30, actor, webhook_id })));
    expect(
      lines.map(({ msg, provider_id, fields, status, delivery_id, deliveries }) => [
        ...[msg, provider_id, fields, status, delivery_id, deliveries].filter((each) => each !== undefined),
      ]),
    ).toEqual([
      ['webhook created', provider_id],
      ['webhook changed', ['url', 'status'], 'disabled'],
      ['webhook secret shown'],
      ['webhook secret rotated'],
      ['webhook tested'],
      ['webhook deliveries replayed', delivery_id],
      ['webhook deliveries replayed', 1],
      ['webhook deleted'],
    ]);
    const leaks = [secret, rotated.secret, 'secret-of-the-receiver'];
    expect(leaks.filter((text) => written.join('').includes(text))).toEqual([]);
  });
});

eachDatabase('workers of webhooks', (open) => {
  it('every request that makes a delivery due wakes them, and others do not', async () => {
    const { database } = open();
    const app = await openTestApp(database);
    await using _closed = app;
    let wakes = 0;
    const feed = await database.openFeed(new SampledClock(), createLogger('silent'));
    feed.subscribe({
      changed: ({ topic }) => {
        if (topic === 'outbox') wakes += 1;
      },
      interrupted() {},
    });
    const wakesOf = async (
      ...[method, path, body]: [method: 'POST' | 'PATCH' | 'GET', path: string, body?: object]
    ) => {
      wakes = 0;
      const answer = await ask(app, method, `/api/v1/webhooks${path}`, body);
      expect(answer.status, answer.text).toBeLessThan(300);
      await feed.barrier();
      return { wakes, body: answer.body as { webhook_id: number; deliveries: { delivery_id: number }[] } };
    };
    const made = await wakesOf('POST', '', { url: RECEIVER });
    const path = `/${made.body.webhook_id}`;
    expect(made.wakes).toBe(0);
    expect((await wakesOf('POST', `${path}/test`)).wakes).toBe(1);
    const list = await wakesOf('GET', `${path}/deliveries`);
    expect(list.wakes).toBe(0);
    expect((await wakesOf('POST', `${path}/deliveries/${list.body.deliveries[0]?.delivery_id}/replay`)).wakes).toBe(1);
    expect((await wakesOf('POST', `${path}/replay`, SINCE)).wakes).toBe(1);
    expect((await wakesOf('PATCH', path, { status: 'disabled' })).wakes).toBe(0);
    expect((await wakesOf('PATCH', path, { status: 'active' })).wakes).toBe(1);
    expect((await wakesOf('POST', `${path}/rotate-secret`)).wakes).toBe(0);
  });
});

eachDatabase('secrets of webhooks that cannot be read', (open) => {
  it('only those that sign now are counted', async () => {
    const { database } = open();
    const app = await openTestApp(database, { HOLDFAST_SECRET_KEY: KEY });
    await using _closed = app;
    const count = (...keys: string[]) => database.read((reader) => countUnreadableSecrets(reader, new SecretBox(keys)));
    const { body } = await ask(app, 'POST', '/api/v1/webhooks', { url: RECEIVER });
    await ask(app, 'POST', '/api/v1/webhooks', { url: RECEIVER });
    expect([await count(), await count(`other-${KEY}`), await count(`other-${KEY}`, KEY)]).toEqual([2, 2, 0]);
    const { webhook_id } = body as { webhook_id: number };
    await ask(app, 'POST', `/api/v1/webhooks/${webhook_id}/rotate-secret`);
    expect(await count()).toBe(3);
    await open().clock.advance('24 hours');
    expect(await count()).toBe(2);
  });
});

onPostgres('a start without the key of secrets', (open) => {
  it('the server starts, and warns in one line that counts the secrets it cannot read', async () => {
    const app = await openTestApp(open().database, { HOLDFAST_SECRET_KEY: KEY });
    await using _closed = app;
    for (let webhooks = 0; webhooks < 3; webhooks += 1) await ask(app, 'POST', '/api/v1/webhooks', { url: RECEIVER });
    const linesOf = async (env: Record<string, string>) => {
      const server = await startRecordedServer({ DATABASE_URL: open().url ?? '', ...env });
      const { status } = await server.send({ path: '/healthz' });
      await server[Symbol.asyncDispose]();
      const lines = server.traces.log.split('\n').filter((line) => line.includes('HOLDFAST_SECRET_KEY'));
      return [status, lines.map((line) => JSON.parse(line))];
    };
    const msg = 'HOLDFAST_SECRET_KEY cannot read secrets of webhooks: add the key that sealed them';
    const warning = expect.objectContaining({ level: 40, unreadable: 3, msg });
    expect(await linesOf({})).toEqual([200, [warning]]);
    expect(await linesOf({ HOLDFAST_SECRET_KEY: `other-${KEY}` })).toEqual([200, [warning]]);
    expect(await linesOf({ HOLDFAST_SECRET_KEY: KEY })).toEqual([200, []]);
  });
});

onPostgres('the limit of webhooks', (open) => {
  it('requests at the same time never exceed it', async () => {
    const { database } = open();
    const app = await openTestApp(database, { AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY });
    await using _closed = app;
    const { body } = await asOperator(app)('POST', '/api/v1/providers', { first_name: 'A', last_name: 'B' });
    const { provider_id } = body as { provider_id: number };
    await using other = await openSecondConnection(open());
    await other.query(`insert into webhook (url, provider_id) select 'x', ${provider_id} from generate_series(1, 18)`);
    const provider = await asRole(app, 'provider', provider_id);
    // All of them wait for the lock, and begin to count when it is free.
    await other.query('begin');
    await other.query("select pg_advisory_xact_lock(hashtextextended('webhook_limits', 0))");
    const sent = Array.from({ length: 5 }, () => provider('POST', '/api/v1/webhooks', { url: RECEIVER }));
    await other.untilWaiting(5);
    await other.query('commit');
    const statuses = (await Promise.all(sent)).map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 201, 409, 409, 409]);
  });
});
