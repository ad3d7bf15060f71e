import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Names the commit of the release before, for clones without tags. */
const RECORDED = new URL('previous-release.json', import.meta.url);

/** The release before, in a directory of its own with its own dependencies. */
export interface PreviousRelease extends AsyncDisposable {
  readonly directory: string;
  /** Such as `0.2.0 (462691b)`. */
  readonly name: string;
  /** Brings the schema of a database to that of this release. */
  migrate(env: Readonly<Record<string, string>>): Promise<void>;
}

/**
 * Takes a release out of the history and installs its dependencies.
 *
 * @param ref a commit or tag; defaults to the newest tag, or else to the recorded commit
 */
export async function checkOutPrevious(ref: string | undefined): Promise<PreviousRelease> {
  const wanted = ref ?? newestTag() ?? (await recordedCommit());
  const commit = git('rev-parse', '--verify', '--quiet', `${wanted}^{commit}`);
  if (commit === undefined) {
    const isShallow = git('rev-parse', '--is-shallow-repository') === 'true';
    const advice = isShallow ? 'This clone is shallow: run git fetch --unshallow --tags.' : 'Name another with --from.';
    throw new Error(`The release before, ${wanted}, is not in this clone. ${advice}`);
  }
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-previous-'));
  const archive = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['--extract', '--directory', directory], { input: archive });
  const flags = ['--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  execFileSync('npm', ['ci', ...flags], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as { version: string };
  return {
    directory,
    name: `${version} (${commit.slice(0, 7)})`,
    async migrate(env) {
      const options = { cwd: directory, env: { ...env, LOG_LEVEL: 'warn' }, stdio: 'inherit' } as const;
      const [exit] = await once(spawn(process.execPath, ['src/main.ts', 'migrate'], options), 'exit');
      if (exit !== 0) throw new Error(`the migrations of ${version} ended with ${exit}`);
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

async function recordedCommit(): Promise<string> {
  return (JSON.parse(await readFile(RECORDED, 'utf8')) as { commit: string }).commit;
}

function newestTag(): string | undefined {
  return git('describe', '--tags', '--abbrev=0', '--match', 'v*') || undefined;
}

function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}
