import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** The peers are no part of the server, so nobody has them until they first measure. */
function installPeers(): void {
  if (changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json')) return;
  // Not `cwd`: npm tells its scripts, and this is one, where the root package is, and they would pass it on.
  const { status } = spawnSync('npm', ['ci', '--prefix', HERE], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('npm ci in bench/ failed');
}

function changedAt(file: string): number {
  return statSync(`${HERE}${file}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

// `exit` ends the servers under test, which are in process groups of their own.
process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));

try {
  installPeers();
  // Only now is there everything it imports.
  const { bench } = await import('./bench.ts');
  process.exitCode = await bench(process.argv.slice(2), process.env);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 2;
}
