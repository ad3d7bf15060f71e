import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A Holdfast server in its own process, started as an operator starts it. */
export interface ChildServer extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** Time from the start of the process until it printed its address, in milliseconds. */
  readonly startedInMs: number;
  /** Lines of its log at `error` and above, and of its standard error. */
  readonly complaints: readonly string[];
  readonly alive: boolean;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process has ended, with its exit code or the signal that ended it. */
  gone(): Promise<number | string>;
  /** Resident memory in bytes; 0 where the system does not report it. */
  memory(): Promise<number>;
}

/** The process ended, or printed no address in time. */
class ServerDidNotStart extends Error {}

const START_WITHIN_MS = 30_000;

/** @param checkout the directory of the program; defaults to this checkout */
export async function startChildServer(env: Readonly<Record<string, string>>, checkout = ROOT): Promise<ChildServer> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['src/main.ts', 'serve'], {
    cwd: checkout,
    env: { PATH: process.env.PATH, PORT: '0', HOLDFAST_SAMPLES: 'off', LOG_LEVEL: 'warn', DRAIN: '0s', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  const port = await readPort(child, complaints);
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

/** Waits for the line with the address, and collects complaints from then on too. */
async function readPort(child: ChildProcess, complaints: string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (reason: string) => {
    child.kill('SIGKILL');
    reject(new ServerDidNotStart(`${reason}; ${complaints.join('\n') || 'it printed nothing'}`));
  };
  const timer = setTimeout(() => fail(`it does not listen after ${START_WITHIN_MS} ms`), START_WITHIN_MS);
  child.once('close', (code) => fail(`it ended with ${code}`));
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
