import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A Holdfast server in a process of its own, started the way an operator starts it. */
export interface ChildServer extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** From the start of the process until it said where it listens, in milliseconds. */
  readonly startedInMs: number;
  /** Lines of its log at `error` and above, and all it wrote to standard error. */
  readonly complaints: readonly string[];
  readonly alive: boolean;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process is gone, with its exit code or the signal that ended it. */
  gone(): Promise<number | string>;
  /** Resident memory in bytes; 0 where the system does not tell. */
  memory(): Promise<number>;
}

/** It has ended, or said nothing, instead of listening. */
class ServerDidNotStart extends Error {}

const START_WITHIN_MS = 30_000;

/** @param checkout the directory of the program; defaults to this checkout */
export async function startChildServer(env: Readonly<Record<string, string>>, checkout = ROOT): Promise<ChildServer> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['src/main.ts', 'serve'], {
    cwd: checkout,
    env: { PATH: process.env.PATH, PORT: '0', HOLDFAST_SAMPLES: 'off', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  const port = await listening(child, complaints);
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  const gone = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode ?? '';
    const [code, signal] = await ended;
    return code ?? signal ?? '';
  };
  return {
    pid: child.pid ?? 0,
    port,
    startedInMs: performance.now() - startedMs,
    complaints,
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    signal: (name) => child.kill(name),
    gone,
    memory: () => residentBytes(child.pid),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone();
    },
  };
}

/** Collects what the process says and waits for the line with its address. */
async function listening(child: ChildProcess, complaints: string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const refuse = (why: string) => {
    child.kill('SIGKILL');
    reject(new ServerDidNotStart(`${why}; ${complaints.join('\n') || 'it said nothing'}`));
  };
  const timer = setTimeout(() => refuse(`it does not listen after ${START_WITHIN_MS} ms`), START_WITHIN_MS);
  child.once('close', (code) => refuse(`it ended with ${code}`));
  if (child.stdout === null || child.stderr === null) throw new Error('the process has no pipes');
  createInterface(child.stderr).on('line', (line) => complaints.push(line));
  createInterface(child.stdout).on('line', (line) => {
    const port = /listening at http:\/\/[^:]+:(\d+)/.exec(line)?.[1];
    if (port !== undefined) resolve(Number(port));
    if (/^\{"level":[56]0/.test(line)) complaints.push(line);
  });
  return promise.finally(() => clearTimeout(timer));
}

async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
}
