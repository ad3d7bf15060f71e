import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { eitherKind, openTestDatabase, type TestDatabase } from '../../support/database/test-database.ts';
import { badCredentials } from './bad-credentials.ts';
import { EXPECTED } from './expected-access.ts';
import { type MatrixAnswer, send } from './matrix.ts';
import { openMatrixApp } from './matrix-app.ts';
import { type MatrixOperation, readOperations, requestsOf } from './matrix-requests.ts';
import { type MatrixWorld, makeWorld } from './matrix-world.ts';
import { changedTables, digestTables } from './stored-rows.ts';

describe('bad credentials', () => {
  let test: TestDatabase;
  let app: HttpServer;
  let world: MatrixWorld;
  let protectedOnes: MatrixOperation[];
  let bad: ReadonlyMap<string, string | undefined>;
  beforeAll(async () => {
    test = await openTestDatabase(eitherKind());
    app = await openMatrixApp(test.database);
    world = await makeWorld(app, test.database);
    protectedOnes = readOperations(app).filter(({ id }) => EXPECTED[id] !== 'public');
    bad = await badCredentials(app, test.database);
  });
  afterAll(async () => {
    await app.close();
    await test[Symbol.asyncDispose]();
  });

  it('every operation answers all of them with the same 401, and does nothing', async () => {
    const before = await digestTables(test.database);
    const answers = new Set<string>();
    let tried = 0;
    for (const operation of protectedOnes) {
      const [request] = requestsOf(operation, world, 'operator');
      for (const [, authorization] of bad) {
        if (!request) continue;
        tried += 1;
        const answer = await send(app, request, authorization === undefined ? {} : { authorization });
        answers.add(withoutRequestId(answer));
      }
    }
    expect(changedTables(before, await digestTables(test.database))).toEqual([]);
    expect([...answers]).toEqual([expect.stringMatching(/^\["401",.*"www-authenticate":"Bearer"/)]);
    process.stdout.write(`access matrix: ${tried} requests with bad credentials\n`);
  });

  it('a request that is malformed too gets a 401 all the same', async () => {
    const answers = new Set<string>();
    for (const { method, path } of protectedOnes) {
      const url = path.replaceAll(/\{\w+\}/g, 'x');
      for (const init of [
        { url: `${url}?unknown=1` },
        { url: `${url}?%ff` },
        { url, payload: '{', type: 'application/json' },
      ]) {
        if (method === 'GET' && init.payload !== undefined) continue;
        const headers = init.type === undefined ? {} : { 'content-type': init.type };
        const payload = init.payload === undefined ? {} : { payload: init.payload };
        const { statusCode, body } = await app.inject({ method, url: init.url, headers, ...payload });
        answers.add(`${statusCode} ${/"type":"[^"]*"/.exec(body)}`);
      }
    }
    expect([...answers]).toEqual(['401 "type":"urn:holdfast:problem:unauthenticated"']);
  });

  it('public routes do not look at them', async () => {
    const publicOnes = readOperations(app).filter(({ id }) => EXPECTED[id] === 'public');
    for (const operation of publicOnes) {
      const [request] = requestsOf(operation, world, 'operator');
      for (const authorization of ['Bearer open-sesame', bad.get('a revoked key') ?? '']) {
        const { status } = request ? await send(app, request, { authorization }) : { status: 0 };
        expect([200, 204], `${operation.id} with ${authorization}`).toContain(status);
      }
    }
  });
});

/** An answer as text, without what differs between any two. */
function withoutRequestId({ status, text, headers }: MatrixAnswer): string {
  const { 'x-request-id': id, date: _, ratelimit: __, ...others } = headers;
  return JSON.stringify([String(status), text.replaceAll(String(id), '…'), others]);
}
