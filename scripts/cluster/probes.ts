import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The role of a Redis server in its own words; `undefined` without an answer. */
export async function redisRole(port: number): Promise<'master' | 'slave' | undefined> {
  try {
    const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), 'role'], { timeout: 1_000 });
    return /^(master|slave)/.exec(stdout)?.[1] as 'master' | 'slave' | undefined;
  } catch {
    return undefined;
  }
}

/** Whether a PostgreSQL server accepts connections. */
export async function acceptsConnections(port: number): Promise<boolean> {
  const ready = promisify(execFile)('pg_isready', ['-q', '-h', '127.0.0.1', '-p', String(port)]);
  return ready.then(
    () => true,
    () => false,
  );
}

/** Whether a URL is answered with a status from 200 to 299. */
export async function isOk(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  return answer?.ok === true;
}
