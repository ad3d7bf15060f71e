import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Variables of the npm and the Vitest that run the tests. */
const NOT_INHERITED = /^(npm_|VITEST|NODE_(ENV|OPTIONS)$)/;

/** The environment of a shell in which `node` is the one in the given directory. */
export function environmentWith(nodeDirectory: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name));
  return { ...Object.fromEntries(inherited), PATH: `${nodeDirectory}${delimiter}${process.env.PATH}` };
}

/** Runs a command to its end. Prints it, so that a slow run shows where it is. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly nodeDirectory: string },
): Promise<CommandResult> {
  process.stdout.write(`$ ${[command, ...args].join(' ')}\n`);
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: environmentWith(options.nodeDirectory),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  const [exitCode, stdout, stderr] = await Promise.all([promise, readAll(child.stdout), readAll(child.stderr)]);
  return { exitCode, stdout, stderr };
}

/** Runs a command that has to succeed. Returns its standard output. */
export async function runOrThrow(...args: Parameters<typeof runCommand>): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand(...args);
  if (exitCode !== 0) throw new Error(`${args[0]} ${args[1].join(' ')} ended with ${exitCode}:\n${stdout}\n${stderr}`);
  return stdout;
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}
