import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineUser } from './engine-user.ts';

/** How to start a program. */
export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The user to run it as. Defaults to the caller. */
  readonly user?: EngineUser | undefined;
}

/** A process that was started. Its start time distinguishes it from a later process with the same id. */
interface Started {
  readonly pid: number;
  readonly startTime: string;
}

/** The background processes of a cluster, recorded in a file, so that a later command finds and ends exactly these. */
export class Processes {
  readonly #directory: string;
  readonly #started: Map<string, Started>;

  private constructor(directory: string, started: Map<string, Started>) {
    this.#directory = directory;
    this.#started = started;
  }

  static async open(directory: string): Promise<Processes> {
    const text = await readFile(recordOf(directory), 'utf8').catch(() => '{}');
    return new Processes(directory, new Map(Object.entries(JSON.parse(text) as Record<string, Started>)));
  }

  /** The process id of a running program; `undefined` if it does not run. */
  pidOf(name: string): number | undefined {
    const started = this.#started.get(name);
    return started && startTimeOf(started.pid) === started.startTime ? started.pid : undefined;
  }

  /** Starts a program in the background. It writes to `<name>.log` and survives this process. */
  async start({ name, command, args, env, user }: Program): Promise<void> {
    const log = openSync(this.logOf(name), 'a');
    const child = spawn(command, [...args], {
      cwd: this.#directory,
      env: { PATH: process.env.PATH, HOME: this.#directory, ...env },
      stdio: ['ignore', log, log],
      detached: true,
      ...user,
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    closeSync(log);
    const pid = child.pid ?? 0;
    this.#started.set(name, { pid, startTime: startTimeOf(pid) ?? '' });
    this.#record();
  }

  /** Sends SIGTERM, and SIGKILL if that does not end the program in time. */
  async stop(name: string, withinMs = 20_000): Promise<void> {
    const pid = this.pidOf(name);
    if (pid === undefined) return;
    process.kill(pid, 'SIGTERM');
    if (!(await this.#ended(name, withinMs))) await this.kill(name);
  }

  async kill(name: string): Promise<void> {
    const pid = this.pidOf(name);
    if (pid !== undefined) await killAll([pid]);
  }

  signal(name: string, signal: NodeJS.Signals): void {
    const pid = this.pidOf(name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    process.kill(pid, signal);
  }

  logOf(name: string): string {
    return join(this.#directory, `${name}.log`);
  }

  async #ended(name: string, withinMs: number): Promise<boolean> {
    const giveUpAt = performance.now() + withinMs;
    while (this.pidOf(name) !== undefined) {
      if (performance.now() > giveUpAt) return false;
      await delay(50);
    }
    return true;
  }

  #record(): void {
    const file = recordOf(this.#directory);
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(this.#started)));
    renameSync(`${file}.new`, file);
  }
}

/** Sends SIGKILL to processes and resolves when they have ended. */
export async function killAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  while (pids.some((pid) => startTimeOf(pid) !== undefined)) await delay(10);
}

/** The start time of a process in clock ticks since the machine started; `undefined` if it has ended. */
function startTimeOf(pid: number): string | undefined {
  const fields = statOf(pid);
  // The third field of the file, the state, is the first here.
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

/** The fields of `/proc/<pid>/stat` after the name of the program, which may contain spaces. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** The processes that a process started, and those that these started. */
export function descendantsOf(pid: number): number[] {
  let children: string;
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    return [];
  }
  return children
    .split(' ')
    .filter((each) => each !== '')
    .map(Number)
    .flatMap((child) => [child, ...descendantsOf(child)]);
}

function recordOf(directory: string): string {
  return join(directory, 'processes.json');
}
