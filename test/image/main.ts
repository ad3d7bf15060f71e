// Builds the image of deploy/Dockerfile without a container engine, in a Debian made by debootstrap, and runs it as an
// engine would: as its user, with a read-only root and no privileges.
//   npm run image:check [-- --keep DIRECTORY]
// Needs root, PostgreSQL, and Debian's packages debootstrap and util-linux. It takes about five minutes.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type FaultReport, printReport } from '../faults/report.ts';
import { findPostgres } from '../support/database/services.ts';
import { buildStage } from './build-image.ts';
import { checkContents } from './check-contents.ts';
import { checkServing } from './check-serving.ts';
import { parseDockerfile, readContainerConfig } from './dockerfile.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const print = (line: string) => process.stdout.write(`${line}\n`);

const { values } = parseArgs({ options: { keep: { type: 'string' } } });
const postgresUrl = await findPostgres();
if (postgresUrl === undefined) throw new Error('There is no PostgreSQL. Start it, or set TEST_DATABASE_URL.');

const [build, image, ...others] = parseDockerfile(await readFile(join(ROOT, 'deploy/Dockerfile'), 'utf8'));
if (build === undefined || image === undefined || others.length > 0)
  throw new Error('deploy/Dockerfile has not two stages');
if (image.base !== 'scratch') throw new Error(`the last stage begins with ${image.base}, not with an empty image`);
const copied = image.instructions.filter(({ keyword }) => keyword === 'COPY').map(({ text }) => text);
if (copied.join() !== '/image /') throw new Error(`the last stage copies ${copied.join(', ')}`);

const work = values.keep ?? (await mkdtemp(join(tmpdir(), 'holdfast-image-')));
await mkdir(work, { recursive: true });
try {
  const debian = join(work, 'build');
  const root = join(debian, 'image');
  if (values.keep === undefined || !(await isBuilt(root))) await buildStage(build, ROOT, debian);
  const config = readContainerConfig(image);
  const reports: FaultReport[] = [await checkContents(root, config), await checkServing(root, config, postgresUrl)];
  const broken = reports.reduce((sum, report) => sum + printReport(report, print), 0);
  print(broken === 0 ? '\nThe image is as it should be.' : `\n${broken} checks failed.`);
  process.exitCode = broken === 0 ? 0 : 1;
} finally {
  if (values.keep === undefined) await rm(work, { recursive: true, force: true });
}

async function isBuilt(root: string): Promise<boolean> {
  return readFile(join(root, 'holdfast/sbom.cdx.json')).then(
    () => true,
    () => false,
  );
}
