import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpServer } from './http-server.ts';
import { matchesEtag } from './if-none-match.ts';
import { plainProblem, sendProblem } from './problem.ts';
import { sendPageHeaders } from './security-headers.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Best first. */
const ENCODINGS = [
  { name: 'br', extension: '.br' },
  { name: 'gzip', extension: '.gz' },
] as const;

interface StaticFile {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  /** By the name of the encoding, as far as the build has made them. */
  readonly packed: Readonly<Partial<Record<string, Buffer>>>;
}

const ASSETS = '/assets/';
const UNBUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Holdfast</title>
<p>Holdfast is running, but its page is not built. Run <code>npm install</code> with development dependencies, or
<code>npm run prepare</code>, and start the server again. The API is described at <a href="/docs">/docs</a>.</p></html>
`;

/**
 * Serves a page and its assets from memory, where only what was in the directory at the start can be found: no path
 * is ever made out of a request. Names of assets tell their content, so they may be kept for good.
 */
export async function serveStaticFiles(app: HttpServer, directory: URL): Promise<void> {
  const files = await readFiles(directory.pathname);
  const page = files.get('/index.html') ?? unbuilt();
  await app.register(async (pages) => {
    sendPageHeaders(pages);
    pages.get('/', { schema: { hide: true } }, (request, reply) => sendFile(request, reply, page, 'no-cache'));
    pages.get<{ Params: { name: string } }>(`${ASSETS}:name`, { schema: { hide: true } }, (request, reply) => {
      const path = `${ASSETS}${request.params.name}`;
      const file = files.get(path);
      if (file === undefined) return sendProblem(reply, plainProblem(404, `There is nothing at ${path}`, request.id));
      return sendFile(request, reply, file, 'public, max-age=31536000, immutable');
    });
  });
}

/** Every file by its path from the directory on; none where there is no such directory. */
async function readFiles(directory: string): Promise<ReadonlyMap<string, StaticFile>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const contents = new Map<string, Buffer>();
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = join(entry.parentPath, entry.name);
    contents.set(`/${relative(directory, file).split(sep).join('/')}`, await readFile(file));
  }
  const files = new Map<string, StaticFile>();
  for (const [path, plain] of contents) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const packed = ENCODINGS.flatMap(({ name, extension }) => {
      const content = contents.get(path + extension);
      return content === undefined ? [] : [[name, content] as const];
    });
    files.set(path, { type, plain, etag: etagOf(plain), packed: Object.fromEntries(packed) });
  }
  return files;
}

function unbuilt(): StaticFile {
  const plain = Buffer.from(UNBUILT);
  return { type: 'text/html; charset=utf-8', plain, etag: etagOf(plain), packed: {} };
}

function etagOf(content: Buffer): string {
  return hash('sha1', content, 'base64url');
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: StaticFile, cacheControl: string): FastifyReply {
  const encoding = ENCODINGS.find(({ name }) => file.packed[name] && accepts(request.headers['accept-encoding'], name));
  // Another encoding is another sequence of bytes, and needs another strong validator.
  const etag = `"${file.etag}${encoding === undefined ? '' : `-${encoding.name}`}"`;
  reply.headers({ etag, 'cache-control': cacheControl, vary: 'accept-encoding' });
  if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
  if (encoding !== undefined) reply.header('content-encoding', encoding.name);
  return reply.type(file.type).send(encoding === undefined ? file.plain : file.packed[encoding.name]);
}

/** Whether an Accept-Encoding names it, other than with `q=0`. */
function accepts(header: string | string[] | undefined, encoding: string): boolean {
  return [header ?? ''].flat().some((line) =>
    line.split(',').some((each) => {
      const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
      return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    }),
  );
}
