import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Writes the JavaScript of an npm package to `dist/` of the current directory, as its `tsconfig.package.json` says. npm
 * runs it before it packs the server or the client.
 */
const COMPILER = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const DIST = join(process.cwd(), 'dist');
const RELATIVE_IMPORT = /((?:from |import\()['"]\.[^'"]+)\.ts(['"])/g;

// A file of an earlier build whose source is gone would be published.
await rm(DIST, { recursive: true, force: true });
execFileSync(process.execPath, [COMPILER, '-p', 'tsconfig.package.json'], { stdio: 'inherit' });

// The compiler rewrites imports in JavaScript, except import() in a block that declares something with `using`, and none
// in declarations.
for (const name of await readdir(DIST, { recursive: true })) {
  if (!/\.(?:js|d\.ts)$/.test(name)) continue;
  const text = await readFile(join(DIST, name), 'utf8');
  const rewritten = text.replaceAll(RELATIVE_IMPORT, '$1.js$2');
  if (rewritten !== text) await writeFile(join(DIST, name), rewritten);
}
