import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import { environmentWith, runOrThrow } from './run-command.ts';

/** A folder that packages are installed into, and the Node that runs in it. */
export interface Project {
  readonly cwd: string;
  /** Directory of the executable `node`. */
  readonly nodeDirectory: string;
}

/** Creates an empty folder and installs packages into it with the given version of Node. */
export async function installPackages(version: string, packages: readonly string[]): Promise<Project> {
  const nodeDirectory = inject('nodeDirectories')[version];
  if (nodeDirectory === undefined) throw new Error(`Node ${version} is not installed`);
  const cwd = await mkdtemp(join(inject('workDirectory'), `project-${version}-`));
  await writeFile(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const project = { cwd, nodeDirectory };
  const flags = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'];
  await runOrThrow('npm', ['install', ...flags, ...packages], project);
  return project;
}

/** `holdfast serve` of an installed package, with samples. */
export interface InstalledServer extends AsyncDisposable {
  readonly address: string;
  /** Lines of its standard error so far. */
  readonly warnings: readonly string[];
  /** Sends SIGTERM and waits. Returns the exit code. */
  stop(): Promise<number | null>;
}

/** @param settings environment variables; without DATABASE_URL the database is embedded */
export async function serveInstalled(
  { cwd, nodeDirectory }: Project,
  settings: Readonly<Record<string, string>> = {},
): Promise<InstalledServer> {
  process.stdout.write('$ holdfast serve\n');
  const child = spawn(join('node_modules', '.bin', 'holdfast'), ['serve'], {
    cwd,
    // No settings but these, whatever the tests are run with.
    env: {
      PATH: environmentWith(nodeDirectory).PATH,
      HOME: process.env.HOME,
      PORT: '0',
      LOG_LEVEL: 'warn',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const warnings: string[] = [];
  createInterface(child.stderr).on('line', (line) => warnings.push(line));
  const ended = once(child, 'exit');
  return {
    address: await readAddress(child, warnings),
    warnings,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      return child.exitCode;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function readAddress(child: ChildProcess, warnings: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once('error', reject);
  child.once('close', (code) => reject(new Error(`the server ended with ${code}: ${warnings.join('\n')}`)));
  if (child.stdout === null) throw new Error('the server has no standard output');
  createInterface(child.stdout).on('line', (line) => {
    const address = /listening at (http:\S+)/.exec(line)?.[1];
    if (address !== undefined) resolve(address);
  });
  return promise;
}
