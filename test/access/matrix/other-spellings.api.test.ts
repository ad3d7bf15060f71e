import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { eitherKind, openTestDatabase, type TestDatabase } from '../../support/database/test-database.ts';
import { readAnswers, sendRaw } from '../../support/server/http-connection.ts';
import { makeKey } from '../../support/server/principals.ts';
import { EXPECTED } from './expected-access.ts';
import { openMatrixApp } from './matrix-app.ts';
import { type MatrixOperation, readOperations, requestsOf } from './matrix-requests.ts';
import { type MatrixWorld, makeWorld } from './matrix-world.ts';
import { SPELLINGS, type SpelledRequest } from './other-spellings.ts';
import { changedTables, digestTables } from './stored-rows.ts';

describe('requests in other spellings', () => {
  let test: TestDatabase;
  let app: HttpServer;
  let port: number;
  let world: MatrixWorld;
  let key: string;
  let operations: MatrixOperation[];
  beforeAll(async () => {
    test = await openTestDatabase(eitherKind());
    app = await openMatrixApp(test.database);
    await app.listen({ port: 0, host: '127.0.0.1' });
    ({ port } = app.server.address() as AddressInfo);
    world = await makeWorld(app, test.database);
    ({ key } = await makeKey(app, 'operator'));
    operations = readOperations(app).filter(({ id }) => EXPECTED[id] !== 'public');
  });
  afterAll(async () => {
    await app.close();
    await test[Symbol.asyncDispose]();
  });

  const statusesOf = async (request: SpelledRequest, body: string | undefined): Promise<number[]> => {
    const content = body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`];
    const lines = ['Host: 127.0.0.1', 'Connection: close', ...content, ...request.headers];
    const head = `${request.method} ${request.target} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
    const bytes = await sendRaw(port, [Buffer.from(head + (body ?? ''), 'latin1')], { withinMs: 10_000 });
    return [...bytes.toString('latin1').matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
  };

  it('no spelling of a request without credentials gets past the door', async () => {
    const before = await digestTables(test.database);
    const found: string[] = [];
    let tried = 0;
    for (const operation of operations) {
      const [request] = requestsOf(operation, world, 'operator');
      if (request === undefined) continue;
      const { method, url, body } = request;
      const plain = { method, target: url, headers: [] };
      const text = body && JSON.stringify(body);
      await Promise.all(
        [...SPELLINGS].map(async ([name, spell]) => {
          tried += 1;
          const statuses = await statusesOf(spell(plain, key), text);
          const isRefused = statuses.length === 1 && [400, 401, 404, 405].includes(statuses[0] ?? 0);
          if (!isRefused) found.push(`${operation.id}, ${name}: ${statuses}`);
        }),
      );
    }
    expect(found).toEqual([]);
    expect(changedTables(before, await digestTables(test.database))).toEqual([]);
    process.stdout.write(`access matrix: ${tried} requests in other spellings\n`);
  });

  it('the fast path and the framework read the same credentials', async () => {
    const paths = [
      `/vehicles/${world.vehicle_id}/timestamp/2023-01-01T00:00:00Z`,
      `/vehicles/${world.vehicle_id}/history`,
    ];
    const expected = new Map([
      [`Authorization: Bearer ${key}`, 200],
      [`authorization: bearer ${key}`, 200],
      [`AUTHORIZATION:BEARER   ${key}  `, 200],
      [`Authorization: Bearer ${key}\r\nAuthorization: Bearer x`, 200],
      [`Authorization: Bearer x\r\nAuthorization: Bearer ${key}`, 401],
      [`Authorization: Bearer\t${key}`, 401],
      [`Authorization: Bearer ${key} x`, 401],
      [`Authorization: ${key}`, 401],
      [`Authorization: Bearer ${world.tokens.client}`, 403],
      [`Authorization: Bearer ${world.tokens.client}\r\nAuthorization: Bearer ${key}`, 403],
    ]);
    const got = [];
    for (const path of paths) {
      for (const header of expected.keys()) {
        const bytes = await sendRaw(port, [Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`)], {
          withinMs: 10_000,
          quietMs: 300,
        });
        got.push([header, readAnswers(bytes).answers.map(({ status }) => status)]);
      }
    }
    expect(got).toEqual(paths.flatMap(() => [...expected].map(([header, status]) => [header, [status]])));
  });
});
