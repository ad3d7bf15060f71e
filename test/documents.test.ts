import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config/config.ts';
import { eachDatabase } from './support/database/test-database.ts';
import { openTestApp } from './support/server/test-app.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function read(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8');
}

async function find(...patterns: string[]): Promise<string[]> {
  return Array.fromAsync(glob(patterns, { cwd: ROOT, exclude: ['**/node_modules/**', '**/.holdfast/**'] }));
}

/** The names in code quotes in the first column of a document's tables. */
function namesInTables(document: string): Set<string> {
  const cells = [...document.matchAll(/^\|([^|]+)\|/gm)].map(([, cell = '']) => cell);
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)));
}

/** The names that a set does not contain. */
function missing(from: ReadonlySet<string>, names: Iterable<string>): string[] {
  return [...new Set(names)].filter((name) => !from.has(name)).sort();
}

describe('docs/configuration.md', () => {
  /** The names of the variables that `readConfig` reads. */
  function variablesRead(): string[] {
    const names: string[] = [];
    readConfig(
      new Proxy<Record<string, string>>(
        {},
        {
          get(_env, name) {
            names.push(String(name));
            return undefined;
          },
        },
      ),
    );
    return names;
  }

  it('docs/configuration.md lists exactly the variables that the configuration reads', async () => {
    const names = variablesRead();
    expect(names).toContain('HOLD_TTL');
    const listed = namesInTables(await read('docs/configuration.md'));
    expect(missing(listed, names), 'not in the table').toEqual([]);
    const variables = [...listed].filter((name) => /^[A-Z][A-Z_]+$/.test(name));
    expect(missing(new Set(names), variables), 'in the table, but never read').toEqual([]);
  });
});

describe('docs/api.md', () => {
  const TYPE = /\bfailure\(\s*'[a-z-]+',\s*'([a-z-]+)'|new Unavailable\(\s*'([a-z-]+)'|new NotFound\(\s*'([a-z-]+)'/g;

  async function typesInSource(): Promise<string[]> {
    const texts = await Promise.all((await find('src/**/*.ts')).map(read));
    return texts.flatMap((text) => [...text.matchAll(TYPE)].map(([, a, b, subject]) => a ?? b ?? `no-such-${subject}`));
  }

  it('docs/api.md lists every problem type of the source', async () => {
    const types = await typesInSource();
    expect(types.length).toBeGreaterThan(15);
    expect(missing(namesInTables(await read('docs/api.md')), types)).toEqual([]);
  });

  it('control: a missing problem type is noticed', async () => {
    const shorter = (await read('docs/api.md')).replace(/^\|[^|]*`slot-taken`.*$/m, '');
    expect(missing(namesInTables(shorter), await typesInSource())).toEqual(['slot-taken']);
  });
});

eachDatabase('docs/operations.md', (open) => {
  it('docs/operations.md lists every metric of the program', async () => {
    const app = await openTestApp(open().database);
    const { body } = await app.inject('/metrics');
    await app.close();
    const names = [...body.matchAll(/^# TYPE (holdfast_\w+)/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(4);
    expect(missing(namesInTables(await read('docs/operations.md')), names)).toEqual([]);
  });
});

describe('docs/adr/0011-dependencies.md', () => {
  it('ADR 11 gives a reason for exactly the runtime dependencies', async () => {
    const { dependencies } = JSON.parse(await read('package.json')) as { dependencies: Record<string, string> };
    const listed = namesInTables(await read('docs/adr/0011-dependencies.md'));
    expect(missing(listed, Object.keys(dependencies))).toEqual([]);
    expect(missing(new Set(Object.keys(dependencies)), listed)).toEqual([]);
  });
});

describe('the version', () => {
  it('both packages, the lockfile, openapi.json and the changelog have one version', async () => {
    const readVersion = async (path: string) => (JSON.parse(await read(path)) as { version: string }).version;
    const { info } = JSON.parse(await read('openapi.json')) as { info: { version: string } };
    const [, released] = /^## \[(\d[^\]]*)\]/m.exec(await read('CHANGELOG.md')) ?? [];
    const versions = [
      await readVersion('client/package.json'),
      await readVersion('package-lock.json'),
      info.version,
      released,
    ];
    expect(new Set(versions)).toEqual(new Set([await readVersion('package.json')]));
  });
});

describe('every document', () => {
  it('every link in a document leads to an existing file', async () => {
    const documents = await find('*.md', 'docs/**/*.md');
    expect(documents).toContain('README.md');
    const broken: string[] = [];
    for (const path of documents) {
      for (const [, link = ''] of (await read(path)).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?:|mailto:|#)/.test(link)) continue;
        const target = join(ROOT, dirname(path), decodeURI(link.replace(/#.*/, '')));
        if (!existsSync(target)) broken.push(`${path}: ${link}`);
      }
    }
    expect(broken).toEqual([]);
  });
});
