import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Installs the peers at the first measurement. They are not dependencies of the server. */
function installPeers(): void {
  if (changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json')) return;
  // `--prefix` and not `cwd`: npm passes the root package to its scripts in the environment, and this is such a script.
  const { status } = spawnSync('npm', ['ci', '--prefix', HERE], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('npm ci in bench/ failed');
}

/** Modification time of a file, or 0 if there is none. */
function changedAt(file: string): number {
  return statSync(`${HERE}${file}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

// The servers under test are in their own process groups. A listener for `exit` ends them.
process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));

try {
  installPeers();
  // Imported only now, because its own imports need the peers.
  const { bench } = await import('./bench.ts');
  process.exitCode = await bench(process.argv.slice(2), process.env);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 2;
}
