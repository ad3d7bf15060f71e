import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { renderAccess } from '../scripts/write-access.ts';
import { renderClientTypes } from '../scripts/write-client-types.ts';
import { renderOpenapi } from '../scripts/write-openapi.ts';
import { renderSchema } from '../scripts/write-schema.ts';
import { openPglite } from '../src/platform/db/pglite-driver.ts';
import { eachDatabase } from './support/database/test-database.ts';

const COMMANDS = {
  'openapi.json': 'npm run openapi',
  'client/api.ts': 'npm run openapi',
  'docs/access.md': 'npm run openapi',
  'schema.sql': 'npm run schema',
} as const;

async function expectCommitted(file: keyof typeof COMMANDS, generated: string): Promise<void> {
  const committed = await readFile(new URL(`../${file}`, import.meta.url), 'utf8');
  expect(committed, `${file} is out of date; run ${COMMANDS[file]} and commit it`).toBe(generated);
}

eachDatabase('openapi.json', (open) => {
  it('the committed openapi.json is up to date', async () => {
    await expectCommitted('openapi.json', await renderOpenapi(open().database));
  });

  it('control: another openapi.json is noticed', async () => {
    const other = (await renderOpenapi(open().database)).replace('Holdfast', 'Other');
    await expect(expectCommitted('openapi.json', other)).rejects.toThrow('run npm run openapi');
  });
});

describe('client/api.ts', () => {
  it('the committed client/api.ts is up to date with openapi.json', async () => {
    const openapi = await readFile(new URL('../openapi.json', import.meta.url), 'utf8');
    await expectCommitted('client/api.ts', renderClientTypes(openapi));
    const other = renderClientTypes(openapi.replaceAll('"slot_id"', '"slot_no"'));
    await expect(expectCommitted('client/api.ts', other)).rejects.toThrow('run npm run openapi');
  });

  it('a schema that the generator does not support is refused', () => {
    const unsupported = { paths: {}, components: { schemas: { Odd: { not: {} } } } };
    expect(() => renderClientTypes(JSON.stringify(unsupported))).toThrow('does not support');
  });
});

describe('docs/access.md', () => {
  it('the committed docs/access.md is up to date with the route table', async () => {
    const openapi = await readFile(new URL('../openapi.json', import.meta.url), 'utf8');
    await expectCommitted('docs/access.md', renderAccess(openapi));
    const other = renderAccess(openapi.replaceAll('"Sync"', '"Other"'));
    await expect(expectCommitted('docs/access.md', other)).rejects.toThrow('run npm run openapi');
  });
});

eachDatabase('schema.sql', (open) => {
  it('the committed schema.sql is up to date with the migrations', async () => {
    await expectCommitted('schema.sql', await open().database.read(renderSchema));
  });

  it.each([
    ['a column', 'alter table client add column nickname text'],
    ['a default', "alter table provider alter column time_zone set default 'Asia/Tokyo'"],
    ['a column that may be null', 'alter table client alter column last_name drop not null'],
    ['a constraint', 'alter table slot drop constraint slot_never_oversold'],
    ['a foreign key', 'alter table slot drop constraint slot_of_known_provider'],
    ['an index', 'drop index slot_by_start'],
    ['a storage parameter', 'alter table slot reset (fillfactor)'],
    ['a generated column', 'alter table slot alter column takes_time drop expression'],
    ['a trigger', 'drop trigger reservation_states on reservation'],
    [
      'a function',
      'create or replace function holdfast_clock() returns timestamptz language sql volatile return now()',
    ],
  ])('control: a change of %s is noticed', async (_what, change) => {
    const rollback = new Error('rolled back on purpose');
    const changed = open().database.transaction(async (tx) => {
      await sql.raw(change).execute(tx);
      const generated = await renderSchema(tx);
      await expect(expectCommitted('schema.sql', generated)).rejects.toThrow('run npm run schema');
      throw rollback;
    });
    await expect(changed).rejects.toBe(rollback);
  });

  it.each([
    ['a view', 'create view thing as select 1 as one', 'thing'],
    ['a type', "create type thing as enum ('one')", 'thing'],
    ['a sequence of its own', 'create sequence thing', 'thing'],
    ['row security', 'alter table client enable row level security', 'client'],
  ])('%s, which the generator does not support, is refused', async (_what, change, name) => {
    const changed = open().database.transaction(async (tx) => {
      await sql.raw(change).execute(tx);
      await renderSchema(tx);
    });
    await expect(changed).rejects.toThrow(`scripts/write-schema.ts does not support ${name}`);
  });
});

describe('schema.sql as a script', () => {
  it('schema.sql creates the same schema in an empty database', async () => {
    const committed = await readFile(new URL('../schema.sql', import.meta.url), 'utf8');
    await using database = await openPglite({ dataDir: null, constraints: {} });
    await database.execute(committed);
    expect(await database.read(renderSchema)).toBe(committed);
  });
});
