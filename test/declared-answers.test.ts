import { Type } from 'typebox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noSuch } from '../src/platform/errors.ts';
import type { HttpServer } from '../src/platform/http/http-server.ts';
import { createServer } from '../src/platform/http/server/create-server.ts';
import { createLogger } from '../src/platform/logger.ts';
import { assertDeclared } from './support/server/declared-answers.ts';

let app: HttpServer;
beforeAll(async () => {
  app = await createServer(createLogger('silent'), { title: 'Test', version: '1', description: '', tags: [] });
  const params = Type.Object({ id: Type.String() });
  const config = { problems: [noSuch('thing')] };
  app.get('/things/:id', { config, schema: { params, response: { 200: Type.Object({}) } } }, async () => ({}));
  app.get('/things/newest', { schema: { response: { 200: Type.Object({}) } } }, async () => ({}));
  await app.ready();
});
afterAll(() => app.close());

const problem = (name: string) => ({ type: `urn:holdfast:problem:${name}` });

it.each([
  ['GET', '/things/1', 200, {}],
  ['GET', '/things/1?x=1', 404, problem('no-such-thing')],
  ['GET', '/things/x', 400, problem('malformed-request')],
  ['GET', '/things/newest', 503, problem('database-slow')],
  ['GET', '/openapi.json', 418, {}],
  ['GET', '/nowhere', 404, problem('not-found')],
  ['PUT', '/things/1', 405, problem('method-not-allowed')],
])('%s %s with %i passes when it is declared or not described', (method, url, status, body) => {
  assertDeclared(app, method, url, status, body);
});

it.each([
  ['/things/1', 409, problem('thing-taken'), 'GET /things/{id} answered 409 thing-taken'],
  ['/things/1', 404, problem('no-such-order'), 'GET /things/{id} answered 404 no-such-order'],
  ['/things/newest', 404, problem('no-such-thing'), 'GET /things/newest answered 404 no-such-thing'],
  ['/things/1', 304, undefined, 'GET /things/{id} answered 304'],
])('an answer of %s with %i fails when it is not declared', (url, status, body, message) => {
  expect(() => assertDeclared(app, 'GET', url, status, body)).toThrow(message);
});
