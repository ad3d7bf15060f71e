import { execFileSync } from 'node:child_process';

/** The user that databases, proxies and Patroni run as, for `spawn`. */
export interface EngineUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL and PgBouncer refuse to run as root: then everything but Holdfast runs as Debian's user `postgres`. */
export function engineUser(): EngineUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}
