import { expect, it } from 'vitest';
import { eitherKind, openTestDatabase } from '../../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../../test/support/server/test-app.ts';

it('/readyz is 200 without Redis, and names the reason', async () => {
  await using opened = await openTestDatabase(eitherKind());
  await using app = await openTestApp(opened.database, { REDIS_URL: 'redis://127.0.0.1:9' });
  const read = () => ask(app, 'GET', '/readyz');
  const redis = { name: 'redis', state: 'not-in-use', reason: expect.stringContaining('ECONNREFUSED 127.0.0.1:9') };
  await expect
    .poll(read, { timeout: 10_000 })
    .toMatchObject({ status: 200, body: { status: 'ready', dependencies: expect.arrayContaining([redis]) } });
  // The control: the change feed is in use, and has no reason.
  const { body } = await read();
  expect(body).toMatchObject({
    dependencies: expect.arrayContaining([{ name: 'change-feed', state: 'in-use', reason: null }]),
  });
});

it('/readyz does not list Redis where none is configured', async () => {
  await using opened = await openTestDatabase(eitherKind());
  await using app = await openTestApp(opened.database);
  const { body } = await ask(app, 'GET', '/readyz');
  expect(body).toMatchObject({ dependencies: [{ name: 'change-feed' }] });
});
