import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import { freePort } from '../server/free-port.ts';
import { isInstalled } from '../server/installed.ts';
import { onPostgres, type TestDatabase } from './test-database.ts';

/** A PgBouncer that belongs to one test. */
export interface OwnPooler extends AsyncDisposable {
  /** The URL of a database of the server, through the pooler. */
  through(url: string): string;
  /** Ends it at once, and every connection with it. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

interface PoolerOptions {
  readonly mode?: 'transaction' | 'session';
  /** The most connections to the server for a database. Defaults to 4. */
  readonly connections?: number;
}

/** Runs a suite on PostgreSQL where PgBouncer is installed. */
export function onPooled(name: string, suite: (open: () => TestDatabase) => void): void {
  // Debian installs it where only root looks.
  process.env.PATH = `${process.env.PATH}:/usr/sbin`;
  if (inject('postgresUrl') !== undefined && isInstalled('pgbouncer')) onPostgres(name, suite);
}

export async function startOwnPooler(server: string, options: PoolerOptions = {}): Promise<OwnPooler> {
  const { mode = 'transaction', connections = 4 } = options;
  const { hostname, port: serverPort, username, password } = new URL(server);
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-pooler-'));
  await chmod(directory, 0o755);
  const port = await freePort();
  const file = join(directory, 'pgbouncer.ini');
  const login = `user=${username}${password && ` password=${password}`}`;
  await writeFile(
    file,
    `[databases]
* = host=${hostname} port=${serverPort || 5432} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${connections}
max_client_conn = 200
server_login_retry = 1
query_wait_timeout = 3
`,
  );
  let running = await launch(file);
  async function kill(): Promise<void> {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }
  return {
    through(url) {
      const pooled = new URL(url);
      pooled.host = `127.0.0.1:${port}`;
      return pooled.href;
    },
    kill,
    async restart() {
      await kill();
      running = await launch(file);
    },
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Starts PgBouncer, and waits until it accepts connections. */
async function launch(file: string): Promise<ChildProcess> {
  // It refuses to run as root. 65534 is the user without rights.
  const user = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  const child = spawn('pgbouncer', [file], { stdio: ['ignore', 'ignore', 'pipe'], ...user });
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>();
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`pgbouncer ended with ${code}`)));
  createInterface(child.stderr).on('line', (line) => {
    if (line.includes('process up')) resolve(child);
  });
  return promise;
}
