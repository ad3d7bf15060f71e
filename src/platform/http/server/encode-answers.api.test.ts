import { glob, readFile } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readyBody, sendValidated } from '../../../freshness/index.ts';
import { createLogger } from '../../logger.ts';
import type { HttpServer } from '../http-server.ts';
import { createServer } from './create-server.ts';

const LONG = JSON.stringify({ text: 'ü repeated '.repeat(1_000) });
const SHORT = JSON.stringify({ text: 'ü' });

let app: HttpServer;
beforeAll(async () => {
  app = await createServer(createLogger('silent'), { title: 'Test', version: '1', description: 'A test', tags: [] });
  app.get('/cached/long', async (request, reply) => sendValidated(request, reply, readyBody(LONG)));
  app.get('/cached/short', async (request, reply) => sendValidated(request, reply, readyBody(SHORT)));
  app.get('/read', async () => ({ text: 'x'.repeat(3_000) }));
  app.get('/secret', async (_request, reply) => reply.header('cache-control', 'no-store').send({ text: LONG }));
  app.get('/vary', async (_request, reply) => reply.header('vary', 'Origin').send({ text: LONG }));
  app.get('/failing', async (_request, reply) => reply.code(409).send({ text: LONG }));
  app.post('/written', async () => ({ text: LONG }));
  app.closeRoutes();
});
afterAll(() => app.close());

const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
  app.inject({ method, url, headers });

it.each([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
] as const)('a long answer is sent in %s with its length and a validator of its own', async (encoding, decode) => {
  const plain = await get('/cached/long');
  for (let times = 0; times < 2; times += 1) {
    const { headers, rawPayload } = await get('/cached/long', { 'accept-encoding': encoding });
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers['content-length']).toBe(String(rawPayload.length));
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers.vary).toBe('accept-encoding');
    expect(decode(rawPayload).toString()).toBe(LONG);
    expect(headers.etag).toBe(String(plain.headers.etag).replace(/"$/, `.${encoding}"`));
  }
  const head = await get('/cached/long', { 'accept-encoding': encoding }, 'HEAD');
  const { rawPayload } = await get('/cached/long', { 'accept-encoding': encoding });
  expect([head.headers['content-encoding'], head.headers['content-length'], head.body]).toEqual([
    encoding,
    String(rawPayload.length),
    '',
  ]);
});

it('a long answer is sent plain, and varies, for a client that accepts no coding', async () => {
  for (const accept of [{}, { 'accept-encoding': 'br;q=0, zstd' }]) {
    const { headers, body } = await get('/cached/long', accept as Record<string, string>);
    expect([headers['content-encoding'], headers.vary, body]).toEqual([undefined, 'accept-encoding', LONG]);
  }
});

it('a validator of any coding returns 304 with itself', async () => {
  const tags = await Promise.all(
    ['br', 'gzip', ''].map(async (accept) => {
      const { headers } = await get('/cached/long', { 'accept-encoding': accept });
      return String(headers.etag);
    }),
  );
  expect(new Set(tags).size).toBe(3);
  for (const tag of tags) {
    for (const accept of ['br', 'gzip', '']) {
      const { statusCode, headers, body } = await get('/cached/long', {
        'accept-encoding': accept,
        'if-none-match': tag,
      });
      expect([statusCode, headers.etag, headers.vary, body]).toEqual([304, tag, 'accept-encoding', '']);
    }
  }
  expect((await get('/cached/long', { 'if-none-match': '"other.br"' })).statusCode).toBe(200);
});

it.each([
  ['a short answer', '/cached/short', 'GET'],
  ['an answer that must not be stored', '/secret', 'GET'],
  ['an answer that is no success', '/failing', 'GET'],
  ['the answer of a change', '/written', 'POST'],
] as const)('%s is sent as it is', async (_what, url, method) => {
  const { headers } = await get(url, { 'accept-encoding': 'br' }, method);
  expect([headers['content-encoding'], headers.vary]).toEqual([undefined, undefined]);
});

it('an answer without a validator is encoded too, and Vary keeps its names', async () => {
  const read = await get('/read', { 'accept-encoding': 'br' });
  expect(JSON.parse(brotliDecompressSync(read.rawPayload).toString())).toEqual({ text: 'x'.repeat(3_000) });
  expect((await get('/vary', { 'accept-encoding': 'gzip' })).headers.vary).toBe('Origin, accept-encoding');
});

/** Statements that send an answer and do not return it. */
function unreturnedAnswers(source: string): string[] {
  // The body of an arrow on a line of its own is returned.
  const joined = source.replaceAll(/=>\s*\n\s*/g, '=> ');
  return joined.match(/^ *(?:if \(.*\) |else )?(?:send[A-Z]\w+\(|reply\.(?:code\(.*\)\.)?send\().*$/gm) ?? [];
}

it('every handler returns the answer that it sends, because encoding delays it', async () => {
  const found: string[] = [];
  for await (const file of glob('src/modules/**/*route*.ts', { exclude: ['**/*.test.ts'] })) {
    const source = await readFile(file, 'utf8');
    found.push(...unreturnedAnswers(source).map((line) => `${file}: ${line.trim()}`));
  }
  expect(found).toEqual([]);
});

it('control: an answer that is sent and not returned is found', () => {
  const source =
    'async (request, reply) => {\n  if (served) sendCached(request);\n  else sendAnswer(reply, x);\n  reply.send(1);\n  return sendAnswer(reply, x);';
  expect(unreturnedAnswers(source).length).toBe(3);
});
