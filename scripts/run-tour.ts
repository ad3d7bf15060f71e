import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSampleSuppliers } from '../src/sample-suppliers.ts';

/**
 * Runs the tours of the README and of docs/access-tour.md, each against a new server, and compares their output with
 * the one in the document. Each `sh` block is followed by a `text` block with its output, in which `…` stands for any text.
 *
 * A server has an embedded database in memory, or with `DATABASE_URL` that one, which must be empty. It would run no
 * simulated suppliers there, so they run here. Because a tour fills its database, only one runs on PostgreSQL: the one of
 * the document in the first argument, by default the README.
 */

interface Step {
  readonly commands: string;
  readonly output: string;
}

interface Tour {
  readonly file: string;
  /** The settings of its server, which its commands can read too. */
  readonly env: Readonly<Record<string, string>>;
}

const TOURS: readonly Tour[] = [
  { file: 'README.md', env: {} },
  {
    file: 'docs/access-tour.md',
    env: { AUTH: 'on', HOLDFAST_OPERATOR_KEY: randomBytes(32).toString('hex'), HOLDFAST_SAMPLES: 'off' },
  },
];

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Maximum time of one step, in milliseconds. */
const STEP_WITHIN_MS = 60_000;
const BLOCKS = /```sh\n(.*?)```\n\n```text\n(.*?)```/gs;
/** The address that the documents use, replaced by that of the server. */
const ADDRESS = 'http://127.0.0.1:3000';
const isOnPostgres = Boolean(process.env.DATABASE_URL);

/** The steps of the section `## A tour`. */
export function readSteps(document: string): Step[] {
  const section = /^## A tour$(.*?)^## /ms.exec(document)?.[1] ?? '';
  return [...section.matchAll(BLOCKS)].map(([, commands = '', output = '']) => ({ commands, output }));
}

/** The lines of an output that differ from what the document shows. */
export function findDifferences(expected: string, actual: string): string[] {
  const [shown = [], printed = []] = [expected, actual].map((text) => text.trimEnd().split(/\r?\n/));
  const length = Math.max(shown.length, printed.length);
  return Array.from({ length }, (_, index) => [shown[index], printed[index]] as const)
    .filter(([pattern, line]) => pattern === undefined || line === undefined || !matches(pattern, line))
    .map(([pattern, line]) => `shown: ${pattern ?? '(no line)'}\n  got: ${line ?? '(no line)'}`);
}

function matches(pattern: string, line: string): boolean {
  return new RegExp(`^${pattern.split('…').map(RegExp.escape).join('.*')}$`).test(line);
}

/** A running server with its samples. Disposing stops it. */
interface TourServer extends AsyncDisposable {
  readonly address: string;
}

async function startServer(env: Tour['env']): Promise<TourServer> {
  const server = spawn(process.execPath, ['src/main.ts', 'serve'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', HOLDFAST_SAMPLES: 'on', LOG_LEVEL: 'silent', DRAIN: '0s', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
  };
  let greeting = '';
  for await (const chunk of server.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    greeting += chunk;
    const address = /listening at (\S+)/.exec(greeting)?.[1];
    if (address === undefined) continue;
    if (env.HOLDFAST_SAMPLES === 'off' || /Sample providers .* are loaded/.test(greeting))
      return { address, [Symbol.asyncDispose]: stop };
    await stop();
    throw new TourError('The tour needs an empty database. Create another, and set DATABASE_URL to it.');
  }
  throw new TourError('The server ended before it listened.');
}

/** The tour cannot be run to its end. The message is one line. */
class TourError extends Error {}

/** The simulated suppliers of an embedded server, as a `SUPPLIERS_FILE`. */
async function startSuppliers(stack: AsyncDisposableStack): Promise<string> {
  const { suppliers } = stack.use(await startSampleSuppliers());
  const directory = stack.use(await mkdtempDisposable(join(tmpdir(), 'holdfast-tour-')));
  const path = join(directory.path, 'suppliers.json');
  const inFile = suppliers.map(({ id, adapter, baseUrl, pullLimits, products, timeZone }) => ({
    id,
    adapter,
    base_url: baseUrl,
    pull_limits: pullLimits.map(({ pulls, windowMs }) => `${pulls}/${windowMs / 60_000}m`),
    ...(adapter === 'per-date' && { products, time_zone: timeZone }),
  }));
  await writeFile(path, JSON.stringify(inFile));
  return path;
}

/**
 * Runs the steps in one shell, so that variables and functions carry over.
 *
 * @returns the output of each
 * @throws TourError when a step takes too long
 */
async function runSteps(steps: readonly Step[], address: string, env: Tour['env']): Promise<string[]> {
  const mark = `--- ${Math.random()} ---`;
  const script = steps.map(({ commands }) => `${commands.replaceAll(ADDRESS, address)}\necho '${mark}'\n`).join('');
  // In a process group of its own, so that the commands of the shell end with it.
  const shell = spawn('bash', ['-u'], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  shell.stdin.end(script);
  let printed = '';
  let isLate = false;
  const watchdog = setTimeout(() => {
    isLate = true;
    if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
  }, STEP_WITHIN_MS);
  for await (const chunk of shell.stdout.setEncoding('utf8')) {
    printed += chunk;
    if (printed.endsWith(`${mark}\n`)) watchdog.refresh();
  }
  clearTimeout(watchdog);
  const outputs = printed.split(`${mark}\n`);
  if (isLate) throw new TourError(`Step ${outputs.length} did not finish within ${STEP_WITHIN_MS / 1_000} s.`);
  return outputs.slice(0, -1);
}

/** @returns whether the output is as shown */
async function runTour({ file, env }: Tour): Promise<boolean> {
  const steps = readSteps(await readFile(join(ROOT, file), 'utf8'));
  if (steps.length === 0) throw new TourError(`${file} has no tour.`);
  await using stack = new AsyncDisposableStack();
  const { address } = stack.use(await startServer({ ...(await databaseOf(env, stack)), ...env }));
  const outputs = await runSteps(steps, address, env);
  const differences = steps.flatMap(({ output }, index) => findDifferences(output, outputs[index] ?? ''));
  for (const difference of differences) process.stdout.write(`${difference}\n\n`);
  process.stdout.write(`${file} has ${steps.length} steps; ${differences.length} lines differ from it.\n`);
  return differences.length === 0;
}

async function databaseOf(env: Tour['env'], stack: AsyncDisposableStack): Promise<Tour['env']> {
  if (!isOnPostgres) return { HOLDFAST_DATA_DIR: 'memory:' };
  return env.HOLDFAST_SAMPLES === 'off' ? {} : { SUPPLIERS_FILE: await startSuppliers(stack) };
}

/** The tours to run. Says which others are not. */
function chooseTours(): readonly Tour[] {
  const file = process.argv[2] ?? (isOnPostgres ? 'README.md' : undefined);
  if (file === undefined) return TOURS;
  const chosen = TOURS.filter((tour) => tour.file === file);
  if (chosen.length === 0) throw new TourError(`${file} has no tour.`);
  for (const other of TOURS) {
    if (other.file !== file) process.stdout.write(`Skipped: ${other.file}. Run "npm run tour ${other.file}" for it.\n`);
  }
  return chosen;
}

if (import.meta.main) {
  try {
    for (const tour of chooseTours()) if (!(await runTour(tour))) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof TourError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
