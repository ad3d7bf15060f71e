import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { runOrThrow } from './run-command.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The packed server. */
    readonly serverTarball: string;
    /** The packed client. */
    readonly clientTarball: string;
    /** Directories of the executable `node`, by major version. */
    readonly nodeDirectories: Readonly<Record<string, string>>;
    /** A directory for the projects of the tests, deleted afterwards. */
    readonly workDirectory: string;
  }
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLIENT = join(ROOT, 'client');
/** This process runs on the third supported version. */
const OTHER_VERSIONS = ['22', '24'];

/** Packs both packages as `npm publish` does, and installs the versions of Node that this process does not run on. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const workDirectory = await mkdtemp(join(tmpdir(), 'holdfast-packages-'));
  const nodeDirectories: Record<string, string> = { 26: dirname(process.execPath) };
  for (const version of OTHER_VERSIONS) nodeDirectories[version] = await installNode(version, workDirectory);
  project.provide('workDirectory', workDirectory);
  project.provide('nodeDirectories', nodeDirectories);
  project.provide('serverTarball', await pack(ROOT, workDirectory));
  project.provide('clientTarball', await pack(CLIENT, workDirectory));
  return () => rm(workDirectory, { recursive: true, force: true });
}

async function pack(cwd: string, destination: string): Promise<string> {
  const options = { cwd, nodeDirectory: dirname(process.execPath) };
  const printed = await runOrThrow('npm', ['pack', '--silent', '--pack-destination', destination], options);
  return join(destination, printed.trim().split('\n').at(-1) ?? '');
}

/** Installs a version of Node from its npm package. Returns the directory of its executable. */
async function installNode(version: string, workDirectory: string): Promise<string> {
  const cwd = join(workDirectory, `node-${version}`);
  await mkdir(cwd);
  // npm runs the script that fetches the executable only for packages that are named here.
  await writeFile(join(cwd, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }));
  const options = { cwd, nodeDirectory: dirname(process.execPath) };
  await runOrThrow('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `node@${version}`], options);
  return join(cwd, 'node_modules', 'node', 'bin');
}
