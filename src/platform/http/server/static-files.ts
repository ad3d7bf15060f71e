import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpServer } from '../http-server.ts';
import { matchesEtag } from '../if-none-match.ts';
import { handleError } from '../problem.ts';
import { varyByEncoding } from './encode-answers.ts';
import { sendPageHeaders } from './security-headers.ts';

const PAGE = 'index.html';

const unbuilt = (what: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Holdfast</title>
<p>Holdfast is running, but ${what} is not built. Run <code>npm install</code> with development dependencies, or
<code>npm run prepare</code>, and reload. The API is described at <a href="/openapi.json">/openapi.json</a>.</p></html>
`;

/** The name of an asset contains a hash of its content, so a browser may keep it forever. */
const CACHE_FOREVER = { cacheControl: true, maxAge: '365d', immutable: true } as const;
/** A browser may keep the file, and asks each time whether it has changed. */
const REVALIDATE = { cacheControl: true, maxAge: 0, immutable: false } as const;

/** A page and the files it loads. */
interface Page {
  /** The paths of the page. */
  readonly paths: readonly string[];
  /** The page in a sentence, for when it is not built. */
  readonly name: string;
  /** The directory of `index.html`. */
  readonly directory: string;
  /** The prefix of the other files, and their directory. */
  readonly assets: { readonly prefix: string; readonly directory: string; readonly caching: object };
  readonly inlineStyles?: boolean;
}

/**
 * Serves the page at `/` and the API reference at `/docs`, each file in the best encoding that the build has made and
 * the request accepts.
 *
 * @param directory the build's output, which may not exist yet: until it does, both paths explain how to build it
 */
export async function serveStaticFiles(app: HttpServer, directory: string): Promise<void> {
  const reference = join(directory, 'docs');
  await servePage(app, {
    paths: ['/'],
    name: 'its page',
    directory,
    assets: { prefix: '/assets/', directory: join(directory, 'assets'), caching: CACHE_FOREVER },
  });
  await servePage(app, {
    paths: ['/docs', '/docs/'],
    name: 'the API reference',
    directory: reference,
    assets: { prefix: '/docs/', directory: reference, caching: REVALIDATE },
    // Scalar writes style elements and attributes.
    inlineStyles: true,
  });
}

async function servePage(app: HttpServer, page: Page): Promise<void> {
  await app.register(async (scope) => {
    sendPageHeaders(scope, page);
    ignoreQueries(scope);
    answerForbiddenPathsWith404(scope);
    await scope.register(fastifyStatic, {
      root: page.assets.directory,
      prefix: page.assets.prefix,
      preCompressed: true,
      // The compressed copies have no path of their own.
      allowedPath: (path) => !/\.(?:br|gz)$/.test(path),
      index: false,
      dotfiles: 'ignore',
      acceptRanges: false,
      suppressWarning: true,
      ...page.assets.caching,
    });
    addPageRoutes(scope, page);
  });
}

/**
 * The page's own paths. Its validator is a hash of the content: @fastify/static makes validators from size and
 * modification time, and two builds can agree in both, as packaging tools set every time to a constant.
 */
function addPageRoutes(scope: HttpServer, { paths, name, directory }: Page): void {
  const sendPage = async (request: FastifyRequest, reply: FastifyReply) => {
    const page = await readPage(directory);
    if (page === undefined) return reply.type('text/html; charset=utf-8').send(unbuilt(name));
    const etag = `W/"${hash('sha1', page, 'base64url')}"`;
    reply.headers({ etag, 'cache-control': 'no-cache' });
    varyByEncoding(reply);
    if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.sendFile(PAGE, directory, { etag: false, lastModified: false, cacheControl: false });
  };
  for (const path of paths) scope.get(path, { schema: { hide: true } }, sendPage);
}

async function readPage(directory: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(directory, PAGE));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Links to a page may carry parameters of other programs, such as `utm_source`. */
function ignoreQueries(scope: HttpServer): void {
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, ignoresQuery: true };
  });
}

/** A path that leaves the directory, or names one, is as unknown as any other: 404, and not the plugin's 403. */
function answerForbiddenPathsWith404(scope: HttpServer): void {
  scope.setErrorHandler((error, request, reply) => {
    const isForbidden = error instanceof Error && 'statusCode' in error && error.statusCode === 403;
    return isForbidden ? reply.callNotFound() : handleError(error, request, reply);
  });
}
