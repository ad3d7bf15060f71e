import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../server/free-port.ts';

/** A Redis that belongs to one test, which may kill it, freeze it and fill it. */
export interface OwnRedis extends AsyncDisposable {
  readonly url: string;
  kill(): Promise<void>;
  /** Starts it again, empty, at the same address. */
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

/** @returns `undefined` when no redis-server is installed */
export async function startOwnRedis(...settings: readonly string[]): Promise<OwnRedis | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
  const port = await freePort();
  const start = () => launch(['--port', String(port), '--dir', directory, ...settings]);
  let server = await start().catch(() => undefined);
  if (!server) {
    await rm(directory, { recursive: true });
    return undefined;
  }
  async function kill(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart() {
      await kill();
      server = await start();
    },
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Starts redis-server, and waits until it accepts connections. */
async function launch(args: readonly string[]): Promise<ChildProcess> {
  const fixed = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', [...fixed, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>();
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
  createInterface(child.stdout).on('line', (line) => {
    if (line.includes('Ready to accept connections')) resolve(child);
  });
  return promise;
}
