import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/**
 * Builds the page into web/dist, each file also as Brotli and as gzip. It runs after `npm ci`; where the development
 * dependencies were left out there is nothing to build with, and the server goes without a page.
 */
const WEB = fileURLToPath(new URL('../web/', import.meta.url));
const PACKED = /\.(?:html|js|css|svg)$/;
const FIRST_LOAD_LIMIT_BYTES = 150_000;

const vite = await import('vite').catch(() => undefined);
if (vite === undefined) process.stdout.write('The page is not built: it needs the development dependencies.\n');
else await build(vite);

async function build({ build }: typeof import('vite')): Promise<void> {
  await build({ configFile: join(WEB, 'vite.config.ts'), logLevel: 'warn' });
  const dist = join(WEB, 'dist');
  const names = (await readdir(dist, { recursive: true })).filter((name) => PACKED.test(name));
  const sizes = await Promise.all(names.map((name) => pack(join(dist, name))));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const first = await firstLoadBytes(dist);
  const said = `first load ${kilobytes(first)}, all of it ${kilobytes(total)}, with Brotli`;
  process.stdout.write(`The page is built: ${said}.\n`);
  if (first > FIRST_LOAD_LIMIT_BYTES) throw new Error(`the first load is above ${kilobytes(FIRST_LOAD_LIMIT_BYTES)}`);
}

/** @returns its size with Brotli */
async function pack(path: string): Promise<number> {
  const plain = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  const packed = await promisify(brotliCompress)(plain, { params });
  await Promise.all([
    writeFile(`${path}.br`, packed),
    writeFile(`${path}.gz`, await promisify(gzip)(plain, { level: 9 })),
  ]);
  return packed.length;
}

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

/** index.html, what it needs, and what the view needs that opens first. */
async function firstLoadBytes(dist: string): Promise<number> {
  const manifest: Record<string, Chunk> = JSON.parse(await readFile(join(dist, 'manifest.json'), 'utf8'));
  const paths = new Set(['index.html']);
  const seen = new Set<string>();
  const collect = (name: string) => {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`the build knows no ${name}`);
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
