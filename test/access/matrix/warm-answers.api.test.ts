import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { eitherKind, openTestDatabase, type TestDatabase } from '../../support/database/test-database.ts';
import { readAnswers, sendRaw } from '../../support/server/http-connection.ts';
import { asOperator, asRole, makeKey, withToken } from '../../support/server/principals.ts';
import { openMatrixApp } from './matrix-app.ts';
import { type MatrixWorld, makeWorld } from './matrix-world.ts';

describe('answers that are in memory already', () => {
  let test: TestDatabase;
  let app: HttpServer;
  let port: number;
  let world: MatrixWorld;
  beforeAll(async () => {
    test = await openTestDatabase(eitherKind());
    app = await openMatrixApp(test.database);
    await app.listen({ port: 0, host: '127.0.0.1' });
    ({ port } = app.server.address() as AddressInfo);
    world = await makeWorld(app, test.database);
  });
  afterAll(async () => {
    await app.close();
    await test[Symbol.asyncDispose]();
  });

  const get = (path: string, ...headers: string[]) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
  const bearer = (key: string) => `Authorization: Bearer ${key}`;
  /** The statuses of requests that are sent at once on one connection. The last one closes it. */
  const pipelined = async (...requests: string[]) => {
    const last = requests.pop()?.replace('Host: x\r\n', 'Host: x\r\nConnection: close\r\n') ?? '';
    const bytes = await sendRaw(port, [Buffer.from([...requests, last].join(''))], { withinMs: 10_000 });
    return readAnswers(bytes).answers;
  };
  const statuses = async (...requests: string[]) => (await pipelined(...requests)).map(({ status }) => status);

  it.for(['2023-01-01T00:00:00Z', '2023-01-01T00%3A00%3A00%2B00%3A00', '2023-01-01T00:00:00+00:00'])(
    'the state of a vehicle at %s goes to those only who may read it',
    async (moment) => {
      const path = `/vehicles/${world.vehicle_id}/timestamp/${moment}`;
      const { key, key_id } = await makeKey(app, 'viewer');
      // Only what comes after the load is a hit, whose validator differs from that of a miss.
      await pipelined(get(path, bearer(key)));
      const warm = await pipelined(get(path, bearer(key)), get(path, bearer(key)), get(path, bearer(key)));
      expect(warm[2]).toMatchObject({ status: 200, headers: { 'cache-control': expect.stringMatching(/^private/) } });
      const etag = String(warm[2]?.headers.etag);
      const { client } = world.tokens;
      expect(
        await statuses(
          get(path, bearer(key)),
          get(path),
          get(path, bearer(key)),
          get(path, bearer(client)),
          get(path, bearer(key)),
          get(path, bearer('x')),
          get(path, `If-None-Match: ${etag}`),
          get(path, 'If-None-Match: *'),
          get(path, `If-None-Match: ${etag}`, bearer(client)),
          get(path, `If-None-Match: ${etag}`, bearer(key)),
        ),
      ).toEqual([200, 401, 200, 403, 200, 401, 401, 401, 403, 304]);
      await asOperator(app)('DELETE', `/api/v1/keys/${key_id}`);
      expect(
        await statuses(
          get(path, bearer(key)),
          get(path, bearer(key), `If-None-Match: ${etag}`),
          get(path, bearer(key)),
        ),
      ).toEqual([401, 401, 401]);
    },
  );

  it('an Idempotency-Key never repeats the answer of another principal', async () => {
    const headers = { 'idempotency-key': 'the-same-for-all' };
    const body = { slot_id: world.slot_id };
    const own = withToken(app, world.tokens.client);
    const other = await asRole(app, 'client', world.foreign.client_id);
    const first = await own('POST', '/api/v1/reservations', body, headers);
    const second = await other('POST', '/api/v1/reservations', body, headers);
    expect([first.body, second.body]).toMatchObject([
      { client_id: world.own.client_id },
      { client_id: world.foreign.client_id },
    ]);
    expect((await own('POST', '/api/v1/reservations', body, headers)).body).toEqual(first.body);
    const again = await asRole(app, 'client', world.own.client_id);
    expect((await again('POST', '/api/v1/reservations', body, headers)).body).toEqual(first.body);
    const { statusCode } = await app.inject({ method: 'POST', url: '/api/v1/reservations', payload: body, headers });
    expect(statusCode).toBe(401);
    for (const [role, status] of [
      ['viewer', 403],
      ['provider', 403],
      ['service', 400],
    ] as const) {
      const answer = await withToken(app, world.tokens[role])('POST', '/api/v1/reservations', body, headers);
      expect([role, answer.status]).toEqual([role, status]);
    }
  });
});
