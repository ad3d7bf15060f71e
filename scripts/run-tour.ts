import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Runs the tours of the README and of docs/access-tour.md, each against a new server, and compares their output with
 * the one in the document. Each `sh` block is followed by a `text` block with its output, in which `…` stands for any text.
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
const BLOCKS = /```sh\n(.*?)```\n\n```text\n(.*?)```/gs;
/** The address that the documents use, replaced by that of the server. */
const ADDRESS = 'http://127.0.0.1:3000';

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

async function startServer(env: Tour['env']): Promise<{ server: ChildProcess; address: string }> {
  const server = spawn(process.execPath, ['src/main.ts', 'serve'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', HOLDFAST_DATA_DIR: 'memory:', LOG_LEVEL: 'silent', DRAIN: '0s', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const chunk of server.stdout.setEncoding('utf8')) {
    printed += chunk;
    const address = /listening at (\S+)/.exec(printed)?.[1];
    if (address !== undefined) return { server, address };
  }
  throw new Error('the server ended before it listened');
}

/** Runs the steps in one shell, so that variables and functions carry over. @returns the output of each */
async function runSteps(steps: readonly Step[], address: string, env: Tour['env']): Promise<string[]> {
  const mark = `--- ${Math.random()} ---`;
  const script = steps.map(({ commands }) => `${commands.replaceAll(ADDRESS, address)}\necho '${mark}'\n`).join('');
  const shell = spawn('bash', ['-u'], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  shell.stdin.end(script);
  let printed = '';
  for await (const chunk of shell.stdout.setEncoding('utf8')) printed += chunk;
  return printed.split(`${mark}\n`).slice(0, -1);
}

/** @returns whether the output is as shown */
async function runTour({ file, env }: Tour): Promise<boolean> {
  const steps = readSteps(await readFile(join(ROOT, file), 'utf8'));
  if (steps.length === 0) throw new Error(`${file} has no tour`);
  const { server, address } = await startServer(env);
  const outputs = await runSteps(steps, address, env);
  server.kill('SIGTERM');
  await once(server, 'exit');
  const differences = steps.flatMap(({ output }, index) => findDifferences(output, outputs[index] ?? ''));
  for (const difference of differences) process.stdout.write(`${difference}\n\n`);
  process.stdout.write(`${file} has ${steps.length} steps; ${differences.length} lines differ from it.\n`);
  return differences.length === 0;
}

if (import.meta.main) {
  for (const tour of TOURS) if (!(await runTour(tour))) process.exitCode = 1;
}
