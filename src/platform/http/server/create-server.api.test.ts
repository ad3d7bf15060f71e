import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { problemViolations } from '../../../../test/support/server/contract.ts';
import { readAnswers, sendRaw } from '../../../../test/support/server/http-connection.ts';
import { openTestApp } from '../../../../test/support/server/test-app.ts';
import { createLogger } from '../../logger.ts';
import type { HttpServer } from '../http-server.ts';
import { createServer } from './create-server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** A server with routes of this test. The assertions here hold for every route. */
async function openServer(): Promise<HttpServer> {
  const app = await createServer(createLogger('silent'), {
    title: 'Test',
    version: '1',
    description: 'A test',
    tags: [],
  });
  const body = Type.Object({ text: Type.String({ maxLength: 5 }) }, { additionalProperties: false });
  app.get('/thing', async () => ({ ok: true }));
  app.post('/thing', { schema: { body } }, async (request) => ({ received: request.body.text }));
  app.put('/thing', async (request) => ({ body: request.body ?? null }));
  app.get('/broken', async () => {
    throw new Error('secret text of select * from client');
  });
  app.closeRoutes();
  return app;
}

describe('the HTTP server', () => {
  let app: HttpServer;
  beforeAll(async () => {
    app = await openServer();
  });
  afterAll(() => app.close());

  type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  async function ask(method: Method, url: string, payload?: string, headers: Record<string, string> = JSON_TYPE) {
    const {
      statusCode: status,
      headers: all,
      body,
    } = await app.inject({
      method,
      url,
      ...(payload === undefined ? {} : { payload, headers }),
    });
    return { status, headers: all as Record<string, string>, body };
  }

  async function expectProblem(pending: ReturnType<typeof ask>, status: number) {
    const answer = await pending;
    expect(answer.status, answer.body).toBe(status);
    expect(problemViolations(answer)).toEqual([]);
    return { ...answer, problem: JSON.parse(answer.body) as { detail: string; errors?: unknown } };
  }

  it('each request has an id, which the header and the problem contain', async () => {
    const { headers, problem } = await expectProblem(ask('GET', '/nowhere?secret=1'), 404);
    expect(problem).toMatchObject({ instance: `urn:uuid:${headers['x-request-id']}` });
    expect(problem.detail).toBe('There is nothing at GET /nowhere');
    expect((await ask('GET', '/thing')).headers['x-request-id']).not.toBe(headers['x-request-id']);
  });

  it('every answer has security headers', async () => {
    for (const url of ['/thing', '/nowhere', '/broken']) {
      expect((await ask('GET', url)).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining(`default-src 'none'`),
      });
    }
  });

  it('another method of a known path returns 405 with Allow', async () => {
    for (const method of ['PATCH', 'DELETE'] as const) {
      const { headers, problem } = await expectProblem(ask(method, '/thing', 'not even JSON'), 405);
      expect(headers.allow).toBe('GET, HEAD, OPTIONS, POST, PUT');
      expect(problem.detail).toBe(
        `${method} is not allowed here. The allowed methods are GET, HEAD, OPTIONS, POST, PUT.`,
      );
    }
    const options = await ask('OPTIONS', '/thing');
    expect([options.status, options.headers.allow, options.body]).toEqual([204, 'GET, HEAD, OPTIONS, POST, PUT', '']);
  });

  it('HEAD is answered like GET, without the body', async () => {
    const [head, get] = [await ask('HEAD', '/thing'), await ask('GET', '/thing')];
    expect([head.status, head.body]).toEqual([200, '']);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
    expect((await ask('HEAD', '/nowhere')).status).toBe(404);
  });

  it.each(['{', '{"text":}', 'text', '\u0000'])('the body %j is not JSON and returns 400', async (payload) => {
    const { problem } = await expectProblem(ask('POST', '/thing', payload), 400);
    expect(problem.errors).toEqual([{ path: '', message: 'is not JSON' }]);
  });

  it('a 400 names the invalid fields of the body', async () => {
    const { problem } = await expectProblem(ask('POST', '/thing', '{"text":"too long","more":1}'), 400);
    expect(problem.errors).toEqual(
      expect.arrayContaining([
        { path: '/more', message: 'is not a known field' },
        { path: '/text', message: expect.any(String) },
      ]),
    );
    const missing = await expectProblem(ask('POST', '/thing', '{}'), 400);
    expect(missing.problem.errors).toEqual([{ path: '/text', message: 'is missing' }]);
  });

  it('a body that is not JSON by its content type returns 415', async () => {
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense']) {
      await expectProblem(ask('POST', '/thing', 'text=a', { 'content-type': type }), 415);
    }
    expect(
      (await ask('POST', '/thing', '{"text":"a"}', { 'content-type': 'application/json; charset=utf-8' })).status,
    ).toBe(200);
  });

  it('a body of more than 256 KiB returns 413', async () => {
    await expectProblem(ask('POST', '/thing', JSON.stringify({ text: 'x'.repeat(256 * 1024) })), 413);
  });

  it('an empty body counts as none, whatever its content type', async () => {
    const answer = await ask('PUT', '/thing', '');
    expect([answer.status, answer.body]).toEqual([200, '{"body":null}']);
  });

  it('a URL that cannot be decoded returns 400', async () => {
    const { problem, headers } = await expectProblem(ask('GET', '/%zz'), 400);
    expect(problem.errors).toHaveLength(1);
    expect(headers['x-request-id']).toBeDefined();
  });

  it('a 500 shows nothing of the error behind it', async () => {
    const { body } = await expectProblem(ask('GET', '/broken'), 500);
    expect(body).not.toMatch(/secret|select/);
  });

  it('the OpenAPI document has every route', async () => {
    const { body } = await ask('GET', '/openapi.json');
    expect(JSON.parse(body)).toMatchObject({ openapi: '3.1.0', paths: { '/thing': { get: {}, post: {}, put: {} } } });
  });
});

describe('the HTTP server on a socket', () => {
  let app: HttpServer;
  let port: number;
  beforeAll(async () => {
    app = await openServer();
    // The server's limits are seconds. The test is about whether they are enforced, so it shortens them.
    app.server.headersTimeout = 100;
    app.server.requestTimeout = 200;
    await app.listen({ host: '127.0.0.1', port: 0 });
    port = (app.server.address() as AddressInfo).port;
  });
  afterAll(() => app.close());

  async function answersTo(bytes: string) {
    const { answers, rest } = readAnswers(await sendRaw(port, [Buffer.from(bytes, 'latin1')], { withinMs: 10_000 }));
    expect(rest.toString()).toBe('');
    for (const answer of answers) if (answer.status >= 400) expect(problemViolations(answer)).toEqual([]);
    return answers;
  }

  const HEAD = 'POST /thing HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 12\r\n';

  it.each([
    ['a head that never ends', HEAD],
    ['a body that never ends', `${HEAD}\r\n{"te`],
    ['a body that never begins', `${HEAD}\r\n`],
    ['a chunk that never ends', `${HEAD.replace(/Content-Length.*/, 'Transfer-Encoding: chunked')}\r\n5\r\n{"te`],
  ])('%s returns 408', async (_what, bytes) => {
    expect(await answersTo(bytes)).toMatchObject([{ status: 408, headers: { connection: 'close' } }]);
  });

  it('headers of more than 16 KiB return 431', async () => {
    expect(await answersTo(`GET /thing HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`)).toMatchObject([
      { status: 431 },
    ]);
  });

  it.each([
    ['no host', 'GET /thing HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['an unknown expectation', `${HEAD}Expect: miracles\r\n\r\n{"text":"a"}`, 417],
    ['two lengths', `${HEAD}Content-Length: 1\r\n\r\n{"text":"a"}`, 400],
    ['no HTTP', 'EHLO example.org\r\n\r\n', 400],
  ])('a request with %s is refused with a problem', async (_what, bytes, status) => {
    expect(await answersTo(bytes)).toMatchObject([{ status, headers: { 'x-request-id': expect.any(String) } }]);
  });

  it('a client that expects 100-continue gets it before it sends the body', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`${HEAD}Connection: close\r\nExpect: 100-continue\r\n\r\n`);
    let received = '';
    for await (const chunk of socket) {
      if (received === '') socket.write('{"text":"a"}');
      received += String(chunk);
    }
    expect(received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('a complete request is answered although broken bytes follow it, and then the connection closes', async () => {
    const answers = await answersTo(`${HEAD}\r\n{"text":"a"}\0\0\0`);
    expect(answers).toMatchObject([{ status: 200, body: '{"received":"a"}', headers: { connection: 'close' } }]);
  });
});

describe('requests without a body', () => {
  let opened: TestDatabase;
  let app: HttpServer;
  beforeAll(async () => {
    opened = await openTestDatabase('pglite');
    app = await openTestApp(opened.database);
  });
  afterAll(() => opened[Symbol.asyncDispose]());

  const send = (payload: string, headers: Record<string, string>) =>
    app.inject({ method: 'PUT', url: '/provider/expiredReservations', payload, headers });

  it('a request without a body may have a JSON content type', async () => {
    expect((await send('', JSON_TYPE)).statusCode).toBe(200);
    expect((await app.inject({ method: 'PUT', url: '/provider/expiredReservations' })).statusCode).toBe(200);
  });

  it('an unexpected, deeply nested body is accepted under an Idempotency-Key', async () => {
    const deep = `{"toJSON":1,"deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const answer = await send(deep, { ...JSON_TYPE, 'idempotency-key': 'deep' });
    expect(answer.statusCode, answer.body).toBe(200);
    expect((await send(deep, { ...JSON_TYPE, 'idempotency-key': 'deep' })).body).toBe(answer.body);
  });
});
