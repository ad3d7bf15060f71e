import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/**
 * Builds the page into web/dist, with a Brotli and a gzip copy of each file. npm runs it after `npm ci`. Without the
 * development dependencies it builds nothing, and the server serves no page.
 */
const WEB = fileURLToPath(new URL('../web/', import.meta.url));
const COMPRESSED = /\.(?:html|js|css|svg)$/;
/** Largest first load with Brotli, in bytes. */
const FIRST_LOAD_LIMIT_BYTES = 100_000;

const vite = await import('vite').catch(() => undefined);
if (vite === undefined) process.stdout.write('The page was not built: it needs the development dependencies.\n');
else await build(vite);

async function build({ build }: typeof import('vite')): Promise<void> {
  await build({ configFile: join(WEB, 'vite.config.ts'), logLevel: 'warn' });
  const dist = join(WEB, 'dist');
  const names = (await readdir(dist, { recursive: true })).filter((name) => COMPRESSED.test(name));
  const sizes = await Promise.all(names.map((name) => compress(join(dist, name))));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  const firstBytes = await firstLoadBytes(dist);
  process.stdout.write(
    `Built the page. With Brotli, the first load is ${kilobytes(firstBytes)}, all files ${kilobytes(totalBytes)}.\n`,
  );
  if (firstBytes > FIRST_LOAD_LIMIT_BYTES) {
    throw new Error(`The first load is larger than ${kilobytes(FIRST_LOAD_LIMIT_BYTES)}. Load less of it at first.`);
  }
}

/** Writes the compressed copies of a file. Returns its size with Brotli, in bytes. */
async function compress(path: string): Promise<number> {
  const content = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  const brotli = await promisify(brotliCompress)(content, { params });
  await Promise.all([
    writeFile(`${path}.br`, brotli),
    writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 })),
  ]);
  return brotli.length;
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
