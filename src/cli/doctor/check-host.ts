import { readFile, statfs } from 'node:fs/promises';
import { type Finding, fail, ok, warn } from './check.ts';

const GIB = 1_024 ** 3;
/** The embedded database stops writing below 64 MiB. */
const FAIL_BYTES = 0.25 * GIB;
const WARN_BYTES = 2 * GIB;
/** 1,000 connections of the event stream and as many requests, with connections to everything else. */
const FILES_WANTED = 4_096;

export async function checkHost(): Promise<Finding[]> {
  return [ok('node', `Node.js ${process.versions.node}`), ...(await checkOpenFiles())];
}

/** Only where the system says it in a file. */
async function checkOpenFiles(): Promise<Finding[]> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  if (soft === undefined) return [];
  if (Number(soft) >= FILES_WANTED) return [ok('open files', `at most ${soft}`)];
  const text = `at most ${soft} in this shell. Each connection is one: raise the limit to 65536 (LimitNOFILE, ulimit -n).`;
  return [warn('open files', text)];
}

/** @param owner whose disk it is @param directory an existing one */
export async function checkDisk(owner: string, directory: string): Promise<Finding> {
  const { bavail, bsize, blocks } = await statfs(directory);
  const free = bavail * bsize;
  const name = `disk of ${owner}`;
  const text = `${(free / GIB).toFixed(1)} of ${((blocks * bsize) / GIB).toFixed(1)} GiB free at ${directory}`;
  if (free >= WARN_BYTES) return ok(name, text);
  const advice = `${text}. Free some space: without any, nothing is written.`;
  return free < FAIL_BYTES ? fail(name, advice) : warn(name, advice);
}
