import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config/config.ts';
import { eachDatabase } from './support/database/test-database.ts';
import { openTestApp } from './support/server/test-app.ts';

const ROOT = new URL('../', import.meta.url);

function read(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), 'utf8');
}

async function find(...patterns: string[]): Promise<string[]> {
  return Array.fromAsync(
    glob(patterns, { cwd: fileURLToPath(ROOT), exclude: ['**/node_modules/**', '**/.holdfast/**'] }),
  );
}

/** What the first column of a document's tables names in code quotes. */
function tabled(document: string): Set<string> {
  const cells = [...document.matchAll(/^\|([^|]+)\|/gm)].map(([, cell = '']) => cell);
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)));
}

function missing(from: ReadonlySet<string>, names: Iterable<string>): string[] {
  return [...new Set(names)].filter((name) => !from.has(name)).sort();
}

describe('the README', () => {
  /** Which variables the configuration asks for, told by the configuration itself. */
  function variablesRead(): string[] {
    const asked: string[] = [];
    readConfig(
      new Proxy<Record<string, string>>(
        {},
        {
          get(_env, name) {
            asked.push(String(name));
            return undefined;
          },
        },
      ),
    );
    return asked;
  }

  it('has every variable that the configuration reads in its table, and no other', async () => {
    const names = variablesRead();
    expect(names).toContain('HOLD_TTL');
    const told = tabled(await read('README.md'));
    expect(missing(told, names), 'not in the README').toEqual([]);
    const upper = [...told].filter((name) => /^[A-Z][A-Z_]+$/.test(name));
    expect(missing(new Set(names), upper), 'in the README, but nothing reads it').toEqual([]);
  });
});

describe('docs/operations.md', () => {
  const TYPE = /\bfailure\(\s*'[a-z-]+',\s*'([a-z-]+)'|new Unavailable\(\s*'([a-z-]+)'|new NotFound\(\s*'([a-z-]+)'/g;

  async function typesInSource(): Promise<string[]> {
    const texts = await Promise.all((await find('src/**/*.ts')).map(read));
    return texts.flatMap((text) => [...text.matchAll(TYPE)].map(([, a, b, subject]) => a ?? b ?? `no-such-${subject}`));
  }

  it('has every problem type of the source in its table', async () => {
    const types = await typesInSource();
    expect(types.length).toBeGreaterThan(15);
    expect(missing(tabled(await read('docs/operations.md')), types)).toEqual([]);
  });

  it('would be found wanting without one', async () => {
    const shorter = (await read('docs/operations.md')).replace(/^\|[^|]*`slot-taken`.*$/m, '');
    expect(missing(tabled(shorter), await typesInSource())).toEqual(['slot-taken']);
  });
});

eachDatabase('docs/operations.md', (open) => {
  it('has every metric of our own in its table', async () => {
    const app = await openTestApp(open().database);
    const { body } = await app.inject('/metrics');
    await app.close();
    const names = [...body.matchAll(/^# TYPE (holdfast_\w+)/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(4);
    expect(missing(tabled(await read('docs/operations.md')), names)).toEqual([]);
  });
});

describe('docs/adr/0011-dependencies.md', () => {
  it('gives a reason for every dependency at run time, and for no other', async () => {
    const { dependencies } = JSON.parse(await read('package.json')) as { dependencies: Record<string, string> };
    const told = tabled(await read('docs/adr/0011-dependencies.md'));
    expect(missing(told, Object.keys(dependencies))).toEqual([]);
    expect(missing(new Set(Object.keys(dependencies)), told)).toEqual([]);
  });
});

describe('every document', () => {
  it('links to what is there', async () => {
    const documents = await find('*.md', 'docs/**/*.md');
    expect(documents).toContain('README.md');
    const broken: string[] = [];
    for (const path of documents) {
      for (const [, link = ''] of (await read(path)).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?:|mailto:|#)/.test(link)) continue;
        if (!existsSync(new URL(link.replace(/#.*/, ''), new URL(path, ROOT)))) broken.push(`${path}: ${link}`);
      }
    }
    expect(broken).toEqual([]);
  });
});
