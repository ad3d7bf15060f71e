import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultReport } from '../faults/report.ts';
import { finding } from '../faults/report.ts';
import type { ContainerConfig } from './dockerfile.ts';
import { runInImage } from './run-in-image.ts';

const PACKAGE_JSON = new URL('../../package.json', import.meta.url);

/** Program that prints, as JSON, what a process of the image can see and do. */
const PROBE = `
const fs = require('node:fs');
const tried = (path) => { try { fs.writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; } };
const status = fs.readFileSync('/proc/self/status', 'utf8');
console.log(JSON.stringify({
  uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), directory: process.cwd(),
  writes: ['/holdfast/x', '/tmp/x', '/etc/passwd'].map(tried),
  shells: ['/bin/sh', '/usr/bin/sh', '/usr/bin/env', '/usr/bin/apt', '/usr/bin/npm'].filter((path) => fs.existsSync(path)),
  permitted: /^CapPrm:\\s*(\\w+)/m.exec(status)[1], effective: /^CapEff:\\s*(\\w+)/m.exec(status)[1],
  noNewPrivileges: /^NoNewPrivs:\\s*(\\d)/m.exec(status)[1], node: process.versions.node,
}));`;

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

/** Checks the contents of the image: its size, its user, and whether its bill of materials lists everything that it has. */
export async function checkContents(root: string, config: ContainerConfig): Promise<FaultReport> {
  const probe = await runInImage(root, config, ['/usr/bin/node', '--eval', PROBE]);
  if (probe.exitCode !== 0) throw new Error(`the image's Node ended with ${probe.exitCode}: ${probe.stderr}`);
  const seen = JSON.parse(probe.stdout);
  const packageJson = JSON.parse(await readFile(PACKAGE_JSON, 'utf8'));
  const sbom = JSON.parse(await readFile(join(root, 'holdfast/sbom.cdx.json'), 'utf8'));
  const listed = new Set((sbom.components as Component[]).map(({ purl }) => decodeURIComponent(purl)));
  const installed = await installedPackages(join(root, 'holdfast'));
  const libraries = await readdir(join(root, 'var/lib/dpkg/status.d'));
  const listedLibraries = [...listed].filter((purl) => purl.startsWith('pkg:deb/'));
  const writable = execFileSync('find', [root, '-xdev', '-perm', '-o+w', '-not', '-type', 'l'], { encoding: 'utf8' });
  const privileged = execFileSync('find', [root, '-xdev', '-perm', '/6000'], { encoding: 'utf8' });
  return {
    title: 'contents of the image',
    facts: [
      `${megabytes(root)} MB, of which Node ${megabytes(join(root, 'usr/bin/node'))} MB; compressed ${compressedMegabytes(root)} MB`,
      `Node ${seen.node}; ${installed.length} npm packages, ${libraries.length} Debian packages: ${libraries.join(', ')}`,
    ],
    findings: [
      finding('its Node is the one that package.json names', [
        { ok: seen.node === packageJson.devDependencies.node, what: seen.node },
      ]),
      finding('it runs as its user, without groups and capabilities', [
        { ok: seen.uid === config.uid && seen.gid === config.gid, what: `${seen.uid}:${seen.gid}` },
        { ok: (seen.groups as number[]).every((group) => group === config.gid), what: `groups ${seen.groups}` },
        {
          ok: /^0+$/.test(seen.permitted) && /^0+$/.test(seen.effective),
          what: `${seen.permitted} ${seen.effective}`,
        },
        { ok: seen.noNewPrivileges === '1', what: 'it may gain privileges' },
        { ok: seen.directory === config.directory, what: seen.directory },
      ]),
      finding(
        'nothing can be written',
        (seen.writes as string[]).map((what) => ({ ok: what === 'EROFS', what })),
      ),
      finding('there is no shell and no package manager', [{ ok: seen.shells.length === 0, what: seen.shells.join() }]),
      finding('no file but /tmp is writable to everyone, and none changes the user that runs it', [
        { ok: writable.trim() === join(root, 'tmp'), what: writable },
        { ok: privileged === '', what: privileged },
      ]),
      finding(
        'the bill of materials lists every installed npm package',
        installed.map((purl) => ({ ok: listed.has(purl), what: purl })),
      ),
      finding('and every Debian package, and Node', [
        ...libraries.map((name) => ({
          ok: listedLibraries.some((purl) => purl.startsWith(`pkg:deb/debian/${name}@`)),
          what: name,
        })),
        { ok: listed.has(`pkg:generic/node@${seen.node}`), what: 'node' },
      ]),
    ],
  };
}

/** `pkg:npm/name@version` of every package below `node_modules`. */
async function installedPackages(directory: string): Promise<string[]> {
  const lock = JSON.parse(await readFile(join(directory, 'node_modules/.package-lock.json'), 'utf8'));
  return Object.entries(lock.packages as Record<string, { version: string }>).map(
    ([path, { version }]) => `pkg:npm/${path.split('node_modules/').at(-1)}@${version}`,
  );
}

function megabytes(path: string): number {
  const [bytes] = execFileSync('du', ['--bytes', '--summarize', path], { encoding: 'utf8' }).split('\t');
  return Math.round(Number(bytes) / 1e6);
}

function compressedMegabytes(root: string): number {
  const bytes = execFileSync('sh', ['-c', 'tar --create --directory "$1" . | gzip | wc -c', 'sh', root], {
    encoding: 'utf8',
  });
  return Math.round(Number(bytes) / 1e6);
}
