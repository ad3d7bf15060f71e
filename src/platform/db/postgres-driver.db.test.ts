import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onPostgres } from '../../../test/support/database/test-database.ts';
import { type FaultyProxy, startFaultyProxy } from '../../../test/support/server/faulty-proxy.ts';
import type { Database, Tx } from './database.ts';
import { openPostgres } from './postgres-driver.ts';

const insert = (name: string) => (tx: Tx) =>
  sql`insert into client (first_name, last_name) values (${name}, '')`.execute(tx);

onPostgres('a PostgreSQL that freezes', (open) => {
  let proxy: FaultyProxy;
  let database: Database;

  beforeAll(async () => {
    const url = new URL(open().url ?? '');
    proxy = await startFaultyProxy(Number(url.port || 5432));
    url.host = `127.0.0.1:${proxy.port}`;
    // One connection, so that the next borrower would get the abandoned one.
    database = openPostgres({ url: url.href, constraints: {}, maxConnections: 1, abandonAfterMs: 200, onBroken() {} });
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  const countStored = async (name: string) => {
    const { rows } = await open().database.read((reader) =>
      sql`select from client where first_name = ${name}`.execute(reader),
    );
    return rows.length;
  };

  it.each([
    ['a transaction', () => database.transaction(insert('abandoned'))],
    ['a statement', () => database.statement(insert('abandoned'))],
    ['a read', () => database.read((reader) => sql`select 1`.execute(reader))],
  ])('a write that is acknowledged after %s was abandoned is stored', async (what, work) => {
    await database.read((reader) => sql`select 1`.execute(reader));
    proxy.freeze();
    await expect(work()).rejects.toMatchObject({ kind: 'unavailable', type: 'database-unavailable' });
    await proxy.restore();
    await database.statement(insert(what));
    expect(await countStored(what)).toBe(1);
  });

  it('work continues on new connections when the old ones stay silent forever', async () => {
    await database.read((reader) => sql`select 1`.execute(reader));
    proxy.lose();
    await expect(database.statement(insert('lost'))).rejects.toMatchObject({ kind: 'unavailable' });
    await proxy.restore();
    await database.statement(insert('found'));
    expect(await countStored('found')).toBe(1);
  });
});
