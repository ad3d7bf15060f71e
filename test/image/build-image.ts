import { execFileSync } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inContainer } from './container.ts';
import { execForm, type Stage } from './dockerfile.ts';

const BUILD_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Where the root of a build finds the certificate that NODE_EXTRA_CA_CERTS names, on a network that has its own. */
const EXTRA_CERTIFICATES = '/etc/extra-certificates.pem';

/**
 * Carries out a stage that begins with Debian: installs Debian into an empty directory and runs the instructions in it.
 *
 * @param context the directory that `COPY` copies from
 * @param root an empty directory
 */
export async function buildStage(stage: Stage, context: string, root: string): Promise<void> {
  await installDebian(stage.base, root);
  let directory = '/';
  for (const instruction of stage.instructions) {
    if (instruction.keyword === 'WORKDIR') {
      directory = instruction.text;
      await mkdir(join(root, directory), { recursive: true });
    } else if (instruction.keyword === 'COPY') {
      await copyIntoRoot(context, instruction.text, join(root, directory));
    } else if (instruction.keyword === 'RUN') {
      const beganMs = performance.now();
      runInRoot(root, directory, execForm(instruction));
      const seconds = Math.round((performance.now() - beganMs) / 1_000);
      process.stdout.write(`RUN ${instruction.text}: ${seconds} s\n`);
    } else {
      throw new Error(`${instruction.keyword} in the first stage is not carried out by this check`);
    }
  }
}

async function installDebian(base: string, root: string): Promise<void> {
  const suite = /^debian:(\w+)-slim$/.exec(base)?.[1];
  if (suite === undefined) throw new Error(`FROM ${base} is not a Debian of which debootstrap knows the suite`);
  execFileSync('debootstrap', ['--variant=minbase', suite, root, debianMirror()], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  // As in Debian's own image for containers.
  await writeFile(join(root, 'etc/dpkg/dpkg.cfg.d/unsafe-io'), 'force-unsafe-io\n');
  const certificates = process.env.NODE_EXTRA_CA_CERTS;
  if (certificates) await copyFile(certificates, join(root, EXTRA_CERTIFICATES));
}

/** The mirror that this machine installs Debian's packages from. */
function debianMirror(): string {
  const format = ['--format', '$(SITE)', 'Origin: Debian', 'Label: Debian', 'Created-By: Packages'];
  const [mirror] = execFileSync('apt-get', ['indextargets', ...format], { encoding: 'utf8' }).split('\n');
  if (!mirror) throw new Error('apt has no mirror of Debian. Run apt-get update first.');
  return mirror;
}

async function copyIntoRoot(context: string, text: string, directory: string): Promise<void> {
  const sources = text.split(/\s+/);
  const target = sources.pop() ?? '';
  if (sources.length === 1 && sources[0] === '.') return copyContext(context, join(directory, target));
  for (const source of sources) {
    await copyFile(join(context, source), join(directory, target, source.split('/').at(-1) ?? ''));
  }
}

/** Copies what git knows and `.dockerignore` does not leave out. */
async function copyContext(context: string, target: string): Promise<void> {
  const ignored = (await readFile(join(context, '.dockerignore'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((pattern) => `:(exclude,glob)${pattern}${pattern.includes('.') ? '' : '/**'}`);
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '.', ...ignored], {
    cwd: context,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter((name) => name !== '')) {
    await cp(join(context, file), join(target, file), { recursive: true, preserveTimestamps: true });
  }
}

function runInRoot(root: string, directory: string, words: readonly string[]): void {
  const env = {
    PATH: BUILD_PATH,
    HOME: '/root',
    ...(process.env.NODE_EXTRA_CA_CERTS ? { NODE_EXTRA_CA_CERTS: EXTRA_CERTIFICATES } : {}),
  };
  const { command, args } = inContainer({ root, directory, env, words });
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
