import { readFile } from 'node:fs/promises';

// Prints the entry of a version in CHANGELOG.md, without its heading: node scripts/release-notes.ts 0.2.0
const [, , version = ''] = process.argv;
const changelog = await readFile(new URL('../CHANGELOG.md', import.meta.url), 'utf8');
const entry = changelog.split(/^## /m).find((each) => each.startsWith(`[${version}] - `));
if (entry === undefined) throw new Error(`CHANGELOG.md has no dated entry for version ${version}. Add one.`);
process.stdout.write(`${entry.slice(entry.indexOf('\n')).trim()}\n`);
