import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe } from 'vitest';
import { freePort } from '../server/free-port.ts';
import { isInstalled } from '../server/installed.ts';

/** A MariaDB that belongs to one test file, which may stop, freeze and reconfigure it. It writes a binary log. */
export interface OwnMariaDb extends AsyncDisposable {
  readonly port: number;
  /** Runs statements as root, on a connection of their own. */
  run<Row>(...texts: readonly string[]): Promise<Row[]>;
  connect(database?: string): Promise<Connection>;
  stop(): Promise<void>;
  /** Starts it again on the same data. @param settings replace those of the start */
  restart(...settings: readonly string[]): Promise<void>;
  freeze(): void;
  thaw(): void;
}

const ROOT = 'root';

async function startOwnMariaDb(...settings: readonly string[]): Promise<OwnMariaDb> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-mariadb-'));
  const port = await freePort();
  await promisify(execFile)('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${directory}/data`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--innodb-log-file-size=8M',
    ...asRoot(),
  ]);
  let server: ChildProcess | undefined;
  const connect = (database?: string) =>
    createConnection({
      host: '127.0.0.1',
      port,
      user: ROOT,
      multipleStatements: true,
      ...(database === undefined ? {} : { database }),
    });
  async function start(own: readonly string[]): Promise<void> {
    server = spawn('mariadbd', [...fixedSettings(directory, port), ...own], { stdio: 'ignore' });
    server.on('error', () => {});
    for (let connection: Connection | undefined; !connection; ) {
      if (server.exitCode !== null) throw new Error('mariadbd has ended');
      connection = await connect().catch(() => undefined);
      if (connection) await connection.end();
      else await delay(50);
    }
  }
  async function stop(): Promise<void> {
    const running = server;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }
  await start(settings);
  return {
    port,
    connect,
    async run<Row>(...texts: readonly string[]) {
      const connection = await connect();
      try {
        let rows: unknown = [];
        for (const text of texts) [rows] = await connection.query(text);
        return rows as Row[];
      } finally {
        await connection.end();
      }
    },
    stop,
    async restart(...own) {
      await stop();
      await start(own.length > 0 ? own : settings);
    },
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      server?.kill('SIGCONT');
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function fixedSettings(directory: string, port: number): string[] {
  const data = `${directory}/data`;
  return [
    '--no-defaults',
    ...asRoot(),
    `--datadir=${data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${directory}/socket`,
    `--pid-file=${directory}/pid`,
    `--log-error=${directory}/log`,
    `--log-bin=${data}/bin`,
    '--binlog-format=ROW',
    '--server-id=1',
    '--skip-name-resolve',
    '--innodb-buffer-pool-size=64M',
    '--innodb-log-file-size=8M',
    // A killed process loses nothing by this, only a lost machine would.
    '--innodb-flush-log-at-trx-commit=2',
  ];
}

/** The server refuses to run as root without being asked to. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

/** Runs a suite with a MariaDB of its own, where one is installed. */
export function onOwnMariaDb(name: string, suite: (server: () => OwnMariaDb) => void): void {
  // `isInstalled` fails when REQUIRE_SERVICES=1.
  describe.skipIf(!isInstalled('mariadbd'))(name, () => {
    let server: OwnMariaDb | undefined;
    beforeAll(async () => {
      server = await startOwnMariaDb();
    });
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
    });
    suite(() => {
      if (server === undefined) throw new Error('the MariaDB of the test is not running yet');
      return server;
    });
  });
}
