import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineUser } from './engine-user.ts';
import { ClusterError } from './packages.ts';
import type { Passwords } from './programs.ts';

/** The directory of the cluster at a base port. It is in the temporary directory, which every user can reach. */
export function directoryOf(basePort: number): string {
  return join(tmpdir(), `holdfast-cluster-${basePort}`);
}

/** @returns whether it is new. @throws ClusterError when it belongs to another user */
export async function createDirectory(directory: string): Promise<boolean> {
  const first = await mkdir(directory, { recursive: true, mode: 0o711 });
  if (first === undefined) {
    await chmod(directory, 0o711).catch(() => {
      throw new ClusterError(`${directory} belongs to another user. Choose another port with --port.`);
    });
  }
  return first !== undefined;
}

/** Makes a directory that only the databases' user can read. */
export async function ownDirectory(directory: string, user: EngineUser | undefined): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (user) await chown(directory, user.uid, user.gid);
}

/** Reads the passwords of a cluster, or makes those of a new one. */
export async function readPasswords(directory: string): Promise<Passwords> {
  const file = join(directory, 'passwords.json');
  const stored = await readFile(file, 'utf8').catch(() => undefined);
  if (stored !== undefined) return JSON.parse(stored) as Passwords;
  const create = () => randomBytes(18).toString('hex');
  const passwords = { superuser: create(), replication: create(), holdfast: create() };
  await writeFile(file, JSON.stringify(passwords), { mode: 0o600 });
  return passwords;
}

/** @throws ClusterError that names a port on which something else listens */
export async function requireFreePorts(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const server = createServer().listen(port, '127.0.0.1');
    server.once('error', () => reject(new ClusterError(`Port ${port} is in use. Choose other ports with --port.`)));
    server.once('listening', () => server.close(() => resolve()));
    await promise;
  }
}
