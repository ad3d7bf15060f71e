import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { InjectOptions } from 'fastify';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemViolations } from '../../../../test/support/server/contract.ts';
import { createLogger } from '../../logger.ts';
import type { HttpServer } from '../http-server.ts';
import { createServer } from './create-server.ts';

const MAX_BYTES = 256 * 1024;

/** A server with routes of this test. The assertions here hold for every route. */
async function openServer(): Promise<HttpServer> {
  const description = { title: 'Test', version: '1', description: 'A test', tags: [] };
  const app = await createServer(createLogger('silent'), description);
  const body = Type.Object({ text: Type.Optional(Type.String()), quantity: Type.Optional(Type.Integer()) });
  const querystring = Type.Object({ status: Type.Optional(Type.String()), from: Type.Optional(Type.String()) });
  app.post('/thing', { schema: { body: { ...body, additionalProperties: false } } }, async ({ body }) => ({
    received: (body as { text?: string }).text,
  }));
  app.post('/needed', { schema: { body: { ...body, required: ['text'] } } }, async () => ({}));
  app.put('/thing', async (request) => ({ received: request.body ?? null }));
  app.get('/list', { schema: { querystring } }, async (request) => request.query);
  app.get('/plain', async () => ({ ok: true }));
  app.closeRoutes();
  return app;
}

let app: HttpServer;
beforeAll(async () => {
  app = await openServer();
});
afterAll(() => app.close());

interface Refused {
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

async function refusal(status: number, request: InjectOptions): Promise<Refused> {
  const { statusCode, headers, body } = await app.inject(request);
  expect(statusCode, body).toBe(status);
  expect(problemViolations({ status: statusCode, headers: headers as Record<string, string>, body })).toEqual([]);
  return JSON.parse(body) as Refused;
}

describe('query strings', () => {
  it.each([
    ['/list?statsu=a', 'statsu', 'Did you mean "status"?'],
    ['/list?Status=a', 'Status', 'Did you mean "status"?'],
    ['/list?status=a&stat=b', 'stat', 'Did you mean "status"?'],
    ['/list?frm=a', 'frm', 'Did you mean "from"?'],
    ['/list?colour=a', 'colour', 'Its parameters are status, from'],
    ['/list?=a', '', 'Its parameters are status, from'],
    ['/list?__proto__=a', '__proto__', 'Its parameters are status, from'],
    ['/list?constructor', 'constructor', 'Its parameters are status, from'],
    ['/list?status[]=a', 'status[]', 'Did you mean "status"?'],
    ['/plain?status=a', 'status', 'which has none in its query'],
    ['/openapi.json?x', 'x', 'which has none in its query'],
  ])('%s returns 400 and names the nearest parameter', async (url, name, hint) => {
    const { errors } = await refusal(400, { url });
    expect(errors).toEqual([{ path: `query/${name}`, message: expect.stringContaining(hint) }]);
  });

  it('a body and HEAD do not change that an unknown parameter is refused', async () => {
    await refusal(400, { method: 'POST', url: '/thing?dry_run=true', payload: { text: 'a' } });
    expect((await app.inject({ method: 'HEAD', url: '/list?statsu=a' })).statusCode).toBe(400);
  });

  it('an unknown path stays 404 and a wrong method 405, whatever the query', async () => {
    await refusal(404, { url: '/nowhere?x=%ff' });
    await refusal(405, { method: 'DELETE', url: '/list?x=%ff' });
    expect((await app.inject({ method: 'OPTIONS', url: '/list?x=1' })).statusCode).toBe(204);
  });

  it.each(['%ff', '%c3%28', '%ed%a0%80', '%c0%80', '%00', 'a%00b', '%', '%zz'])(
    'a parameter of %s, which is not UTF-8 or not encoded, returns 400',
    async (text) => {
      const { errors } = await refusal(400, { url: `/list?status=${text}` });
      expect(errors).toEqual([{ path: 'query/status', message: expect.stringContaining('UTF-8') }]);
      await refusal(400, { url: `/list?${text}=a` });
    },
  );

  it('a query is read as forms are sent', async () => {
    const { body } = await app.inject({ url: '/list?&status=a+b%2B%C3%BC=%26&&from=' });
    expect(JSON.parse(body)).toEqual({ status: 'a b+ü=&', from: '' });
    await refusal(400, { url: '/list?status=a&status=b' });
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };
const post = (payload: Buffer | string, headers: Record<string, string> = {}) =>
  ({ method: 'POST', url: '/thing', payload, headers: { ...JSON_TYPE, ...headers } }) as const;

describe('bodies', () => {
  const NOT_UTF8 = ['ff', 'c328', 'eda080', 'c080', 'f8a1a1a1a1', 'e282', '80', 'f4908080'];

  it.each(NOT_UTF8)('the bytes %s in a body are not UTF-8 and return 400', async (hex) => {
    const payload = Buffer.concat([Buffer.from('{"text":"'), Buffer.from(hex, 'hex'), Buffer.from('"}')]);
    expect((await refusal(400, post(payload))).errors).toEqual([{ path: '', message: 'is not UTF-8' }]);
  });

  it('the lenient decoder would replace each of these bytes', () => {
    for (const hex of NOT_UTF8) expect(Buffer.from(hex, 'hex').toString('utf8')).toContain('\ufffd');
  });

  it.each(['utf-16', 'iso-8859-1', '"windows-1252"', 'utf-7', 'us-ascii'])(
    'a body that declares the charset %s returns 415',
    async (charset) => {
      const { detail } = await refusal(415, post('{}', { 'content-type': `application/json; charset=${charset}` }));
      expect(detail).toContain('UTF-8');
    },
  );

  it.each(['charset=utf-8', 'charset="UTF-8"', 'charset=utf8', 'Charset=UTF-8; profile="a"'])(
    'a body that declares %s is read',
    async (parameter) => {
      const answer = await app.inject(post('{"text":"ü😀"}', { 'content-type': `application/json; ${parameter}` }));
      expect(answer.json()).toEqual({ received: 'ü😀' });
    },
  );

  it.each([
    ['{"text":"\\u0000"}', '/text', 'U+0000'],
    ['{"text":"a\\ud800"}', '/text', 'surrogate'],
    ['{"a/b":[{"c":"\\udc00\\ud800"}]}', '/a~1b/0/c', 'surrogate'],
    ['{"\\u0000":1}', '/\0', 'U+0000'],
    ['{"__proto__":{"x":1}}', '/__proto__', 'never accepted'],
    ['{"\\u005f_proto__":1}', '/__proto__', 'never accepted'],
    ['{"text":[{"__proto__":null}]}', '/text/0/__proto__', 'never accepted'],
    ['{"constructor":{"prototype":{}}}', '/constructor', 'never accepted'],
    ['{"quantitiy":1}', '/quantitiy', 'Did you mean "quantity"?'],
    ['{"constructor":1}', '/constructor', 'is not a known field'],
  ])('the body %s returns 400 and names the field', async (payload, path, message) => {
    expect((await refusal(400, post(payload))).errors).toEqual([{ path, message: expect.stringContaining(message) }]);
  });

  it.each(['{"text":"\\ud83d\\ude00 \\u00fc"}', '{"text":"constructor __proto__ \\u0041"}'])(
    'the body %s is accepted',
    async (payload) => {
      expect((await app.inject(post(payload))).json()).toEqual({ received: JSON.parse(payload).text });
    },
  );

  it('a body of which nothing is required can be left out, and any other cannot', async () => {
    expect((await app.inject(post(''))).statusCode).toBe(200);
    expect((await app.inject({ method: 'POST', url: '/thing' })).statusCode).toBe(200);
    for (const request of [{ ...post(''), url: '/needed' }, { method: 'POST', url: '/needed' } as const]) {
      const { errors } = await refusal(400, request);
      expect(errors).toEqual([{ path: '', message: 'a JSON object is needed as the body' }]);
    }
  });

  it.each(['null', '[]', '"text"', '1'])('the body %j returns 400 and asks for an object', async (payload) => {
    const { errors } = await refusal(400, post(payload));
    expect(errors).toEqual([{ path: '', message: 'a JSON object is needed as the body' }]);
  });
});

describe('compressed bodies', () => {
  const ENCODERS = [
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const;
  const TEXT = Buffer.from('{"text":"ü"}');

  it.each(ENCODERS)('a body in %s is decoded', async (encoding, encode) => {
    expect((await app.inject(post(encode(TEXT), { 'content-encoding': encoding }))).json()).toEqual({ received: 'ü' });
  });

  it.each(ENCODERS)(
    'a body that claims to be %s but is plain, cut or followed by more returns 400',
    async (encoding, encode) => {
      const whole = encode(TEXT);
      for (const payload of [TEXT, whole.subarray(0, -3), Buffer.concat([whole, Buffer.from('\0x')])]) {
        const { errors } = await refusal(400, post(payload, { 'content-encoding': encoding }));
        expect(errors?.[0]?.message).toContain('is not encoded as its Content-Encoding says');
      }
    },
  );

  it.each(ENCODERS)('a body in %s that decodes to more than the limit returns 413', async (encoding, encode) => {
    const bomb = encode(Buffer.alloc(4 * 1024 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(MAX_BYTES);
    const { detail } = await refusal(413, post(bomb, { 'content-encoding': encoding }));
    expect(detail).toContain(String(MAX_BYTES));
  });

  it.each(['zstd', 'compress', 'gzip, br', 'gzip, gzip', 'x', '__proto__', 'toString'])(
    'a body in the encoding %s returns 415 with Accept-Encoding',
    async (encoding) => {
      await refusal(415, post(TEXT, { 'content-encoding': encoding }));
      const { headers } = await app.inject(post(TEXT, { 'content-encoding': encoding }));
      expect(headers['accept-encoding']).toBe('gzip, deflate, br');
    },
  );

  it('a decoded body is refused like a plain one', async () => {
    const gzipped = (text: string | Buffer) => post(gzipSync(text), { 'content-encoding': 'gzip' });
    expect((await refusal(400, gzipped(Buffer.from([0xff])))).errors?.[0]?.message).toBe('is not UTF-8');
    expect((await refusal(400, gzipped('{'))).errors?.[0]?.message).toBe('is not JSON');
    expect((await app.inject(gzipped(''))).statusCode, 'as a body that is left out').toBe(200);
  });
});

describe('a body that is too large', () => {
  it.each(['content-length: 3000000', 'transfer-encoding: chunked'])(
    'a client that sends all of it before it reads gets the answer (%s)',
    async (framing) => {
      await app.listen({ port: 0, host: '127.0.0.1' }).catch(() => {});
      const socket = connect({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1' }).pause();
      const body = 'x'.repeat(3_000_000);
      const isChunked = framing.includes('chunked');
      socket.write(`POST /thing HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`);
      const sent = Promise.withResolvers<void>();
      socket.write(isChunked ? `2dc6c0\r\n${body}\r\n0\r\n\r\n` : body, (error) =>
        error ? sent.reject(error) : sent.resolve(),
      );
      await sent.promise;
      const [answer] = (await once(socket.resume(), 'data')) as [Buffer];
      expect(answer.toString('latin1')).toContain('HTTP/1.1 413 ');
      await once(socket, 'close');
    },
  );
});
