import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { engineUser } from '../../scripts/cluster/engine-user.ts';
import { postgresBinaries } from '../../scripts/cluster/packages.ts';

const user = engineUser();
const binaries = postgresBinaries() ?? '';

/** Runs one of PostgreSQL's programs, as the user that may. */
export function runPostgres(program: string, ...args: string[]): void {
  execFileSync(join(binaries, program), args, { ...user, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
}

/** A directory that PostgreSQL may write to. */
export async function makeDirectory(path: string): Promise<string> {
  await mkdir(path, { mode: 0o700, recursive: true });
  if (user) await chown(path, user.uid, user.gid);
  return path;
}

export interface Cluster extends AsyncDisposable {
  url(database: string): string;
}

/** Starts PostgreSQL on a data directory, and waits until it takes writes. @param settings such as `archive_mode=on` */
export async function startCluster(data: string, port: number, settings: readonly string[]): Promise<Cluster> {
  const all = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${data}`, ...settings];
  const options = { ...user, cwd: '/', stdio: 'ignore' } as const;
  const child = spawn(join(binaries, 'postgres'), ['-D', data, ...all.flatMap((each) => ['-c', each])], options);
  const ended = once(child, 'exit');
  const isUp = () => {
    try {
      // A cluster that still recovers refuses it.
      const query = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-c', 'create temporary table t ()'];
      runPostgres('psql', ...query);
      return true;
    } catch {
      return false;
    }
  };
  for (let attempt = 0; !isUp(); attempt += 1) {
    if (child.exitCode !== null || attempt > 300) throw new Error(`PostgreSQL on ${data} does not start`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url: (database) => `postgres://postgres@127.0.0.1:${port}/${database}`,
    async [Symbol.asyncDispose]() {
      // Fast shutdown: connections end, nothing is lost.
      child.kill('SIGINT');
      await ended;
    },
  };
}
