import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemViolations } from '../../../../test/support/server/contract.ts';
import { createLogger } from '../../logger.ts';
import type { HttpServer } from '../http-server.ts';
import { createServer } from './create-server.ts';
import { serveStaticFiles } from './static-files.ts';

const PAGE = '<!doctype html><title>A page</title>';
const SCRIPT = 'document.title = "a script, long enough to be compressed";';

async function openServer(directory: string): Promise<HttpServer> {
  const app = await createServer(createLogger('silent'), {
    title: 'Test',
    version: '1',
    description: 'A test',
    tags: [],
  });
  await serveStaticFiles(app, directory);
  app.closeRoutes();
  return app;
}

describe('static files', () => {
  let root: string;
  let app: HttpServer;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'holdfast-static-'));
    await mkdir(join(root, 'dist/assets'), { recursive: true });
    await writeFile(join(root, 'secret.js'), 'secret');
    await writeFile(join(root, 'dist/index.html'), PAGE);
    await writeFile(join(root, 'dist/notes.txt'), 'beside the page');
    await writeFile(join(root, 'dist/assets/a-1.js'), SCRIPT);
    await writeFile(join(root, 'dist/assets/a-1.js.br'), brotliCompressSync(SCRIPT));
    await writeFile(join(root, 'dist/assets/a-1.js.gz'), gzipSync(SCRIPT));
    app = await openServer(join(root, 'dist'));
  });
  afterAll(async () => {
    await app.close();
    await rm(root, { recursive: true });
  });

  const ask = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
    app.inject({ method, url, headers });

  it('a browser revalidates the page and keeps its assets forever', async () => {
    const page = await ask('/');
    expect(page.body).toBe(PAGE);
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    const etag = String(page.headers.etag);
    for (const validators of [etag, `W/${etag}`, `"another", ${etag}`, '*']) {
      expect((await ask('/', { 'if-none-match': validators })).statusCode).toBe(304);
    }
    expect((await ask('/', { 'if-none-match': '"another"' })).statusCode).toBe(200);

    const asset = await ask('/assets/a-1.js');
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(asset.headers['content-type']).toMatch(/^(text|application)\/javascript; charset=utf-8$/);
    expect(asset.headers['content-security-policy']).toContain("script-src 'self'");
  });

  it('each accepted encoding is sent, with a validator of its own', async () => {
    const [plain, br, gzip, refused] = await Promise.all([
      ask('/assets/a-1.js'),
      ask('/assets/a-1.js', { 'accept-encoding': 'gzip, deflate, br' }),
      ask('/assets/a-1.js', { 'accept-encoding': 'gzip;q=0.5' }),
      ask('/assets/a-1.js', { 'accept-encoding': 'br;q=0, gzip;q=0.0' }),
    ]);
    expect(plain.body).toBe(SCRIPT);
    expect(refused.headers['content-encoding']).toBeUndefined();
    expect(br.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(SCRIPT);
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(SCRIPT);
    expect(new Set([plain, br, gzip].map(({ headers }) => headers.etag)).size).toBe(3);
    for (const { headers } of [plain, br, gzip]) expect(headers.vary).toBe('accept-encoding');
  });

  it('HEAD is answered without a body, and other methods with 405', async () => {
    const head = await ask('/assets/a-1.js', {}, 'HEAD');
    expect(head.statusCode).toBe(200);
    expect(head.body).toBe('');
    expect(head.headers['content-length']).toBe(String(SCRIPT.length));
    const post = await ask('/', {}, 'POST');
    expect(post.statusCode).toBe(405);
    expect(post.headers.allow).toBe('GET, HEAD, OPTIONS');
    const asset = await ask('/assets/a-1.js', {}, 'POST');
    expect([asset.statusCode, asset.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it.each([
    '/assets/..%2f..%2fsecret.js',
    '/assets/%2e%2e%2fsecret.js',
    '/assets/',
    '/assets/a-1.js.br',
    '/assets/constructor',
    '/notes.txt',
    '/index.htm',
  ])('%s is not found', async (url) => {
    const answer = await ask(url);
    expect(answer.statusCode, answer.body).toBe(404);
    const { statusCode: status, body } = answer;
    expect(problemViolations({ status, headers: answer.headers as Record<string, string>, body })).toEqual([]);
  });

  it('a build with the size and time of the one before has another validator', async () => {
    const directory = join(root, 'rebuilt');
    await mkdir(directory);
    const validators = new Set<unknown>();
    for (const page of ['<p>one', '<p>two']) {
      await writeFile(join(directory, 'index.html'), page);
      await utimes(join(directory, 'index.html'), 0, 0);
      const server = await openServer(directory);
      validators.add((await server.inject('/')).headers.etag);
      await server.close();
    }
    expect(validators.size).toBe(2);
  });

  it('the server explains how to build a page that is not built', async () => {
    const unbuilt = await openServer(join(root, 'nowhere'));
    const answer = await unbuilt.inject('/');
    await unbuilt.close();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.body).toContain('npm run prepare');
  });
});
