import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Adds to the bill of materials, which npm has written about its packages, the rest of the image whose root is the first
 * argument: Node, and the Debian packages of its libraries.
 */
const [, , root] = process.argv;
const file = join(root, 'holdfast/sbom.cdx.json');
const STATUS = join(root, 'var/lib/dpkg/status.d');

const sbom = JSON.parse(await readFile(file, 'utf8'));
const version = process.versions.node;
sbom.components.push({
  'bom-ref': `node@${version}`,
  type: 'platform',
  name: 'node',
  version,
  purl: `pkg:generic/node@${version}`,
  licenses: [{ license: { id: 'MIT' } }],
});
for (const name of await readdir(STATUS)) {
  const status = await readFile(join(STATUS, name), 'utf8');
  const field = (key) => new RegExp(`^${key}: (.*)$`, 'm').exec(status)?.[1];
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(field('Version'))}?arch=${field('Architecture')}`;
  sbom.components.push({ 'bom-ref': purl, type: 'library', name, version: field('Version'), purl });
}
await writeFile(file, `${JSON.stringify(sbom, null, 2)}\n`);
