import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { inContainer } from './container.ts';
import type { ContainerConfig } from './dockerfile.ts';

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a command in the image, as its user. @param env variables beside those of the image */
export function startInImage(
  root: string,
  config: ContainerConfig,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const { uid, gid, directory } = config;
  const contained = { root, directory, env: { ...config.env, ...env }, words, user: { uid, gid } };
  const { command, args } = inContainer(contained);
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a command in the image to its end. */
export async function runInImage(...args: Parameters<typeof startInImage>): Promise<Ended> {
  const child = startInImage(...args);
  if (child.stdout === null || child.stderr === null) throw new Error('the process has no pipes');
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { exitCode, stdout, stderr };
}

/** The id, on this machine, of the process that is number 1 in a container. */
export async function firstProcess(child: ChildProcess): Promise<number> {
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]);
}
