import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { renderClientTypes } from '../scripts/write-client-types.ts';
import { renderOpenapi } from '../scripts/write-openapi.ts';
import { renderSchema } from '../scripts/write-schema.ts';
import { openPglite } from '../src/platform/db/pglite-driver.ts';
import { eachDatabase } from './support/database/test-database.ts';

const COMMANDS = {
  'openapi.json': 'npm run openapi',
  'client/api.ts': 'npm run openapi',
  'schema.sql': 'npm run schema',
} as const;

async function expectCommitted(file: keyof typeof COMMANDS, made: string): Promise<void> {
  const committed = await readFile(new URL(`../${file}`, import.meta.url), 'utf8');
  expect(committed, `${file} is not what the code makes; run ${COMMANDS[file]} and commit it`).toBe(made);
}

eachDatabase('openapi.json', (open) => {
  it('is what the code makes', async () => {
    await expectCommitted('openapi.json', await renderOpenapi(open().database));
  });

  it('would be told apart', async () => {
    const other = (await renderOpenapi(open().database)).replace('Holdfast', 'Other');
    await expect(expectCommitted('openapi.json', other)).rejects.toThrow('run npm run openapi');
  });

  it('says of every operation where it belongs, and what it does', async () => {
    const document = JSON.parse(await renderOpenapi(open().database)) as {
      paths: Record<string, Record<string, { summary?: string; tags?: [string] }>>;
    };
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary, tags }]) => ({ name: `${method} ${path}`, summary, tags })),
    );
    expect(operations.length).toBeGreaterThan(20);
    expect(operations.filter(({ tags }) => tags?.length !== 1)).toEqual([]);
    expect(operations.filter(({ summary }) => !summary)).toEqual([]);
  });
});

describe('client/api.ts', () => {
  it('is what openapi.json makes', async () => {
    const openapi = await readFile(new URL('../openapi.json', import.meta.url), 'utf8');
    await expectCommitted('client/api.ts', renderClientTypes(openapi));
    const other = renderClientTypes(openapi.replaceAll('"slot_id"', '"slot_no"'));
    await expect(expectCommitted('client/api.ts', other)).rejects.toThrow('run npm run openapi');
  });

  it('would not be made from a schema that the generator cannot read', () => {
    const odd = { paths: {}, components: { schemas: { Odd: { not: {} } } } };
    expect(() => renderClientTypes(JSON.stringify(odd))).toThrow('teach it to');
  });
});

eachDatabase('schema.sql', (open) => {
  it('is what the migrations make', async () => {
    await expectCommitted('schema.sql', await open().database.read(renderSchema));
  });

  it.each([
    ['a column', 'alter table client add column nickname text'],
    ['a default', "alter table provider alter column time_zone set default 'Asia/Tokyo'"],
    ['a column that may be null', 'alter table client alter column last_name drop not null'],
    ['a constraint', 'alter table slot drop constraint slot_never_oversold'],
    ['a foreign key', 'alter table slot drop constraint slot_of_known_provider'],
    ['an index', 'drop index slot_by_start'],
    ['a trigger', 'drop trigger reservation_states on reservation'],
    [
      'a function',
      'create or replace function holdfast_clock() returns timestamptz language sql volatile return now()',
    ],
  ])('would show %s that changed', async (_what, change) => {
    const undone = new Error('undone');
    const changed = open().database.transaction(async (tx) => {
      await sql.raw(change).execute(tx);
      const made = await renderSchema(tx);
      await expect(expectCommitted('schema.sql', made)).rejects.toThrow('run npm run schema');
      throw undone;
    });
    await expect(changed).rejects.toBe(undone);
  });

  it.each([
    ['a view', 'create view thing as select 1 as one', 'thing'],
    ['a type', "create type thing as enum ('one')", 'thing'],
    ['a sequence of its own', 'create sequence thing', 'thing'],
    ['row security', 'alter table client enable row level security', 'client'],
  ])('would refuse %s, which it cannot write', async (_what, change, name) => {
    const changed = open().database.transaction(async (tx) => {
      await sql.raw(change).execute(tx);
      await renderSchema(tx);
    });
    await expect(changed).rejects.toThrow(`${name}: of a kind`);
  });
});

describe('schema.sql as a script', () => {
  it('makes the same schema on an empty database', async () => {
    const committed = await readFile(new URL('../schema.sql', import.meta.url), 'utf8');
    await using database = await openPglite({ dataDir: null, constraints: {} });
    await database.execute(committed);
    expect(await database.read(renderSchema)).toBe(committed);
  });
});
