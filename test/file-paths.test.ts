import { cp, glob, mkdir, mkdtempDisposable, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startChildServer } from './support/server/child-server.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['src', 'client', 'test', 'bench', 'scripts', 'web'].map((folder) => `${folder}/**/*.{ts,tsx}`);
/** This file holds examples of the mistake. */
const EXCLUDED = ['**/node_modules/**', '**/dist/**', 'test/file-paths.test.ts'];
/** Everything that a running server reads. */
const SERVER_FILES = ['package.json', 'src', 'migrations', 'samples', 'web/dist'];

/** A URL of this module made with `new URL`, and the name of the constant that holds it, if any. */
const MODULE_URL = /(?:const (\w+) = )?new URL\([^;\n]*import\.meta\.url\)(\.pathname)?/g;

/** Lines that take the path of a module's URL for a file path: it is percent-encoded, so it names another file. */
function misusedPathnames(text: string): string[] {
  return [...text.matchAll(MODULE_URL)].flatMap(([match, name, pathname]) => {
    if (pathname !== undefined) return [match];
    return name !== undefined && text.includes(`${name}.pathname`) ? [`${name}.pathname`] : [];
  });
}

it('no source file uses the pathname of a module URL as a file path', async () => {
  const misused: string[] = [];
  let count = 0;
  for await (const path of glob(SOURCES, { cwd: ROOT, exclude: EXCLUDED })) {
    count += 1;
    const text = await readFile(join(ROOT, path), 'utf8');
    misused.push(...misusedPathnames(text).map((match) => `${path}: ${match}`));
  }
  expect(count).toBeGreaterThan(300);
  expect(misused).toEqual([]);
});

it.each([
  ["const ROOT = new URL('..', import.meta.url).pathname;", 1],
  ["const ROOT = new URL('..', import.meta.url);\nread(ROOT.pathname);", 1],
  ["const ROOT = fileURLToPath(new URL('..', import.meta.url));\nroute(url.pathname);", 0],
])('the search for misused pathnames finds in %j: %i', (text, count) => {
  expect(misusedPathnames(text)).toHaveLength(count);
});

it('a server starts from a directory whose name has characters that URLs escape', async () => {
  await using parent = await mkdtempDisposable(join(tmpdir(), 'holdfast-path-'));
  const checkout = join(parent.path, 'my café #1 100% ü?x');
  await mkdir(checkout);
  for (const name of SERVER_FILES) {
    await cp(join(ROOT, name), join(checkout, name), { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      // The page is not built in every checkout.
      if (error.code !== 'ENOENT' || name !== 'web/dist') throw error;
    });
  }
  await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  const env = { HOLDFAST_DATA_DIR: join(checkout, 'data'), HOLDFAST_SAMPLES: 'on' };
  await using server = await startChildServer(env, checkout);
  for (const path of ['/readyz', '/', '/orders/1', '/vehicles/2/history']) {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
    expect([path, answer.status]).toEqual([path, 200]);
    await answer.arrayBuffer();
  }
});
