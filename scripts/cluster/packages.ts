import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Something that the reader can put right; shown without a stack. */
export class ClusterError extends Error {}

const PACKAGES: Readonly<Record<string, string>> = {
  etcd: 'etcd-server',
  patroni: 'patroni',
  'redis-server': 'redis-server',
  haproxy: 'haproxy',
  pgbouncer: 'pgbouncer',
  psql: 'postgresql',
};
const POSTGRES_VERSIONS = '/usr/lib/postgresql';

/** The Debian packages that the cluster needs and this machine lacks. */
function missingPackages(): string[] {
  const missing = Object.entries(PACKAGES).filter(([program]) => findProgram(program) === undefined);
  const packages = missing.map(([, name]) => name);
  return postgresBinaries() === undefined ? [...new Set([...packages, 'postgresql'])] : packages;
}

/** @throws ClusterError */
export function requirePackages(): void {
  const missing = missingPackages();
  if (missing.length > 0) {
    throw new ClusterError(`Install what is missing: apt-get install --no-install-recommends ${missing.join(' ')}`);
  }
}

/** The path of a program. Debian keeps some of them where only root's PATH looks. */
export function programPath(program: string): string {
  return findProgram(program) ?? program;
}

/** The directory with the programs of the newest PostgreSQL server. */
export function postgresBinaries(): string | undefined {
  if (!existsSync(POSTGRES_VERSIONS)) return undefined;
  const versions = readdirSync(POSTGRES_VERSIONS).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(POSTGRES_VERSIONS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

function findProgram(program: string): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return directories.map((directory) => join(directory, program)).find((path) => existsSync(path));
}
