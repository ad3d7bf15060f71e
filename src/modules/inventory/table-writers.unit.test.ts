import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../../', import.meta.url);
const ADR = 'docs/adr/0006-claimed-is-kept-by-triggers.md';
const WRITE = /\b(?:insert into|update|delete from)\s+(slot|reservation|reservation_event)\b/g;

/** Entries such as `slot: migrations/0008_supply.sql`. */
type Writers = Set<string>;

function read(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), 'utf8');
}

async function findWriters(): Promise<Writers> {
  const writers: Writers = new Set();
  for await (const path of glob(['src/**/*.ts', 'migrations/*.sql'], { cwd: fileURLToPath(ROOT) })) {
    if (path.endsWith('.test.ts')) continue;
    for (const [, table] of (await read(path)).matchAll(WRITE)) writers.add(`${table}: ${path}`);
  }
  return writers;
}

/** The entries of the document's list: a table's name in code quotes, and below it links to files. */
function listedWriters(document: string): Writers {
  const writers: Writers = new Set();
  let table = '';
  for (const line of document.split('\n')) {
    table = /^- `(\w+)`$/.exec(line)?.[1] ?? table;
    const path = /^ {2}- \[[^\]]+\]\(\.\.\/\.\.\/([^)]+)\)/.exec(line)?.[1];
    if (path !== undefined) writers.add(`${table}: ${path}`);
  }
  return writers;
}

describe(ADR, () => {
  it('ADR 6 lists every file that writes to slot, reservation or reservation_event, and no other', async () => {
    const writers = await findWriters();
    expect(writers.size).toBeGreaterThan(5);
    expect([...listedWriters(await read(ADR))].sort()).toEqual([...writers].sort());
  });
});
