import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * Runs the README's tour against a new server with sample data and compares what is printed with what the README shows.
 * Each `sh` block is followed by a `text` block with its output, in which `…` stands for any text.
 */

interface Step {
  readonly commands: string;
  readonly output: string;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BLOCKS = /```sh\n(.*?)```\n\n```text\n(.*?)```/gs;
/** The address that the README uses, replaced by that of the server. */
const ADDRESS = 'http://127.0.0.1:3000';

/** The steps of the section `## A tour`. */
export function readSteps(readme: string): Step[] {
  const section = /^## A tour$(.*?)^## /ms.exec(readme)?.[1] ?? '';
  return [...section.matchAll(BLOCKS)].map(([, commands = '', output = '']) => ({ commands, output }));
}

/** The lines of an output that differ from what the README shows. */
export function findDifferences(expected: string, actual: string): string[] {
  const [shown = [], printed = []] = [expected, actual].map((text) => text.trimEnd().split(/\r?\n/));
  const length = Math.max(shown.length, printed.length);
  return Array.from({ length }, (_, index) => [shown[index], printed[index]] as const)
    .filter(([pattern, line]) => pattern === undefined || line === undefined || !matches(pattern, line))
    .map(([pattern, line]) => `README: ${pattern ?? '(no line)'}\n   got: ${line ?? '(no line)'}`);
}

function matches(pattern: string, line: string): boolean {
  return new RegExp(`^${pattern.split('…').map(RegExp.escape).join('.*')}$`).test(line);
}

async function startServer(): Promise<{ server: ChildProcess; address: string }> {
  const server = spawn(process.execPath, ['src/main.ts', 'serve'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', HOLDFAST_DATA_DIR: 'memory:', LOG_LEVEL: 'silent', DRAIN: '0s' },
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
async function runSteps(steps: readonly Step[], address: string): Promise<string[]> {
  const mark = `--- ${Math.random()} ---`;
  const script = steps.map(({ commands }) => `${commands.replaceAll(ADDRESS, address)}\necho '${mark}'\n`).join('');
  const shell = spawn('bash', ['-u'], { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  shell.stdin.end(script);
  let printed = '';
  for await (const chunk of shell.stdout.setEncoding('utf8')) printed += chunk;
  return printed.split(`${mark}\n`).slice(0, -1);
}

if (import.meta.main) {
  const steps = readSteps(await readFile(new URL('../README.md', import.meta.url), 'utf8'));
  if (steps.length === 0) throw new Error('the README has no tour');
  const { server, address } = await startServer();
  const outputs = await runSteps(steps, address);
  server.kill('SIGTERM');
  await once(server, 'exit');
  const differences = steps.flatMap(({ output }, index) => findDifferences(output, outputs[index] ?? ''));
  for (const difference of differences) process.stdout.write(`${difference}\n\n`);
  process.stdout.write(`The tour has ${steps.length} steps; ${differences.length} lines differ from the README.\n`);
  if (differences.length > 0) process.exitCode = 1;
}
