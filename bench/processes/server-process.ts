import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
export const PROGRAM = `${CHECKOUT}src/main.ts`;

/** A server under test in its own process. Disposing it stops it as an operator would. */
export interface ServerProcess extends AsyncDisposable {
  readonly address: URL;
  /** Id of the started process: the server itself with `startNode`. */
  readonly pid: number;
}

interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

type Child = ChildProcessByStdio<null, Readable, null>;

/** Starts the program, or another entry file over the same code, with this Node. */
export function startNode(entry: readonly string[], env: NodeJS.ProcessEnv, profileDir?: string) {
  const profiling = profileDir === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileDir];
  return startServer({ command: process.execPath, args: [...profiling, ...entry], env: { ...process.env, ...env } });
}

/** Starts a server and waits until it prints its address. */
export async function startServer({ command, args, env }: Launch): Promise<ServerProcess> {
  // In a process group of its own: npm passes a signal to its shell, and that shell would leave the server running.
  const child = spawn(command, args, {
    cwd: CHECKOUT,
    env: { DRAIN: '0s', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'close');
  const signal = () => signalGroup(child);
  process.once('exit', signal);
  const stop = async () => {
    process.off('exit', signal);
    signal();
    await ended;
  };
  try {
    const address = await readAddress(child);
    return { address, pid: child.pid ?? Number.NaN, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function signalGroup({ pid }: Child): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    // The group has ended already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readAddress(child: Child): Promise<URL> {
  return new Promise((resolve, reject) => {
    let printed = '';
    // Reads as long as the server runs, because a full pipe would block it.
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-4_000);
      const found = /listening at (http:\/\/[^\s"]+)\s/.exec(printed)?.[1];
      if (found !== undefined) resolve(new URL(found));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it listened:\n${printed}`)));
  });
}
