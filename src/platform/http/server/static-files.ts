import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { HttpServer } from '../http-server.ts';
import { matchesEtag } from '../if-none-match.ts';
import { handleError } from '../problem.ts';
import { sendPageHeaders } from './security-headers.ts';

const PAGE = 'index.html';
const ASSETS = 'assets';

const UNBUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Holdfast</title>
<p>Holdfast is running, but its page is not built. Run <code>npm install</code> with development dependencies, or
<code>npm run prepare</code>, and reload. The API is described at <a href="/docs">/docs</a>.</p></html>
`;

/** The name of an asset contains a hash of its content, so a browser may keep it forever. */
const CACHE_FOREVER = { cacheControl: true, maxAge: '365d', immutable: true } as const;
/** A browser may keep the page, and asks each time whether it has changed. */
const REVALIDATE = 'no-cache';

/**
 * Serves the page at `/` and its assets below `/assets/`, each in the best encoding that the build has made and the
 * request accepts.
 *
 * @param directory the build's output: `index.html`, `assets/` and their `.br` and `.gz` twins. It may not exist yet:
 *   until it does, `/` explains how to build the page.
 */
export async function serveStaticFiles(app: HttpServer, directory: string): Promise<void> {
  await app.register(async (scope) => {
    sendPageHeaders(scope);
    answerForbiddenPathsWith404(scope);
    await scope.register(fastifyStatic, {
      root: join(directory, ASSETS),
      prefix: `/${ASSETS}/`,
      preCompressed: true,
      // The twins have no address of their own.
      allowedPath: (path) => !/\.(?:br|gz)$/.test(path),
      index: false,
      dotfiles: 'ignore',
      acceptRanges: false,
      suppressWarning: true,
      ...CACHE_FOREVER,
    });
    addPageRoute(scope, directory);
  });
}

/**
 * `GET /`. Its validator is a hash of the content: @fastify/static makes validators from size and modification time,
 * and two builds of the page can agree in both, as packaging tools set every time to a constant.
 */
function addPageRoute(scope: HttpServer, directory: string): void {
  scope.get('/', { schema: { hide: true } }, async (request, reply) => {
    const page = await readPage(directory);
    if (page === undefined) return reply.type('text/html; charset=utf-8').send(UNBUILT);
    const etag = `W/"${hash('sha1', page, 'base64url')}"`;
    reply.headers({ etag, 'cache-control': REVALIDATE, vary: 'accept-encoding' });
    if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.sendFile(PAGE, directory, { etag: false, lastModified: false, cacheControl: false });
  });
}

async function readPage(directory: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(directory, PAGE));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A path that leaves the directory, or names one, is as unknown as any other: 404, and not the plugin's 403. */
function answerForbiddenPathsWith404(scope: HttpServer): void {
  scope.setErrorHandler((error, request, reply) => {
    const isForbidden = error instanceof Error && 'statusCode' in error && error.statusCode === 403;
    return isForbidden ? reply.callNotFound() : handleError(error, request, reply);
  });
}
