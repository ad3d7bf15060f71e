import { mkdtempDisposable, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compressFile } from './compress-file.ts';

/**
 * Builds the page and the API reference into web/dist, with a Brotli and a gzip copy of each file. npm runs it after
 * `npm ci`. Without the development dependencies it builds nothing, and the server serves neither.
 */
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const WEB = join(ROOT, 'web');
const COMPRESSED = /\.(?:html|js|css|svg)$/;
/** Largest first load with Brotli, in bytes. */
const FIRST_LOAD_LIMIT_BYTES = 100_000;

const vite = await import('vite').catch(() => undefined);
if (vite === undefined) process.stdout.write('The page was not built: it needs the development dependencies.\n');
else await build(vite, (await import('../web/vite.config.ts')).default);

async function build({ build }: typeof import('vite'), pageConfig: import('vite').UserConfig): Promise<void> {
  await using checkout = await plainCheckout();
  await build({
    ...pageConfig,
    configFile: false,
    logLevel: 'warn',
    root: join(checkout.path, 'web'),
    resolve: { preserveSymlinks: checkout.path !== ROOT },
  });
  const dist = join(WEB, 'dist');
  const names = (await readdir(dist, { recursive: true })).filter((name) => COMPRESSED.test(name));
  const sizes = await Promise.all(names.map((name) => compressFile(join(dist, name))));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  const firstBytes = await firstLoadBytes(dist);
  process.stdout.write(
    `Built the page. With Brotli, the first load is ${kilobytes(firstBytes)}, all files ${kilobytes(totalBytes)}.\n`,
  );
  if (firstBytes > FIRST_LOAD_LIMIT_BYTES) {
    throw new Error(`The first load is larger than ${kilobytes(FIRST_LOAD_LIMIT_BYTES)}. Load less of it at first.`);
  }
  const { buildApiReference } = await import('./build-api-reference.ts');
  const referenceBytes = await buildApiReference(join(WEB, 'api-reference'), join(dist, 'docs'));
  process.stdout.write(`Built the API reference: ${kilobytes(referenceBytes)} with Brotli.\n`);
}

/**
 * A path of this checkout that Vite can build from: a link, where the checkout's own path has characters that Vite takes
 * for the beginning of a query or a fragment.
 */
async function plainCheckout(): Promise<AsyncDisposable & { path: string }> {
  if (!/[#?]/.test(ROOT)) return { path: ROOT, async [Symbol.asyncDispose]() {} };
  const directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-page-'));
  const path = join(directory.path, 'checkout');
  await symlink(ROOT, path, 'dir');
  return { path, [Symbol.asyncDispose]: () => directory.remove() };
}

/** An entry of Vite's manifest. */
interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

/** Size of index.html, of the files it loads, and of those that the first view loads, in bytes with Brotli. */
async function firstLoadBytes(dist: string): Promise<number> {
  const manifest: Record<string, Chunk> = JSON.parse(await readFile(join(dist, 'manifest.json'), 'utf8'));
  const paths = new Set(['index.html']);
  const seen = new Set<string>();
  const collect = (name: string) => {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`Vite's manifest has no ${name}`);
    if (seen.has(name)) return;
    seen.add(name);
    for (const path of [chunk.file, ...(chunk.css ?? [])]) paths.add(path);
    for (const imported of chunk.imports ?? []) collect(imported);
  };
  collect('index.html');
  collect('src/book/book-view.tsx');
  const sizes = await Promise.all([...paths].map(async (path) => (await stat(join(dist, `${path}.br`))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
