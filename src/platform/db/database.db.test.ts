import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { eachDatabase, onPostgres } from '../../../test/support/database/test-database.ts';
import { Unavailable } from '../errors.ts';
import { type Database, type Reader, readClock, type Tx } from './database.ts';
import { StaleRead } from './database-failure.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './postgres-driver.ts';

/** The behaviour that all drivers share. A new driver passes this suite before anything else is tried on it. */
eachDatabase('Database', (open) => {
  const database = () => open().database;
  const count = async (reader: Reader) =>
    (await sql<{ n: number }>`select count(*) as n from client`.execute(reader)).rows[0]?.n ?? -1;
  const insert = (tx: Tx) => sql`insert into client (first_name, last_name) values ('a', 'b')`.execute(tx);

  it('ids are read as numbers, and times as exact text', async () => {
    const { rows } = await database().read((reader) =>
      sql`select 9007199254740991::bigint as id, timestamptz '2026-12-30 10:00:00.123456+02' as at`.execute(reader),
    );
    expect(rows).toEqual([{ id: Number.MAX_SAFE_INTEGER, at: '2026-12-30T08:00:00.123456Z' }]);
  });

  it('a transaction is stored completely or not at all', async () => {
    const before = await database().read(count);
    await expect(
      database().transaction(async (tx) => {
        await insert(tx);
        throw new Error('rolled back on purpose');
      }),
    ).rejects.toThrow('rolled back on purpose');
    expect(await database().read(count)).toBe(before);
    await database().transaction(insert);
    expect(await database().read(count)).toBe(before + 1);
  });

  it('the writes of a transaction are visible to no one else before it commits', async () => {
    const before = await database().read(count);
    const inserted = Promise.withResolvers<void>();
    const writer = database().transaction(async (tx) => {
      await insert(tx);
      inserted.resolve();
      expect(await count(tx)).toBe(before + 1);
    });
    await inserted.promise;
    // On PGlite's one connection the reader waits for the writer to commit. On PostgreSQL it reads the state before.
    const visible = await database().read(count);
    await writer;
    expect([before, before + 1]).toContain(visible);
  });

  it('a concurrent transaction that rolls back takes no other with it', async () => {
    const before = await database().read(count);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        database().transaction(async (tx) => {
          await insert(tx);
          if (index % 2 === 0) throw new Error('rolled back on purpose');
        }),
      ),
    );
    expect(results.filter((each) => each.status === 'rejected')).toHaveLength(10);
    expect(await database().read(count)).toBe(before + 10);
  });

  it('a transaction that reads stale rows runs again, and fails with contention after the last try', async () => {
    let tries = 0;
    const value = await database().transaction(async () => {
      tries += 1;
      if (tries < 3) throw new StaleRead();
      return tries;
    });
    expect(value).toBe(3);
    const endless = database().transaction(() => Promise.reject(new StaleRead()), { maxTries: 2 });
    await expect(endless).rejects.toMatchObject({ type: 'contention', kind: 'unavailable' });
  });

  it('statement() runs one statement and refuses a second', async () => {
    await expect(
      database().statement(async (tx) => {
        await sql`select 1`.execute(tx);
        await sql`select 2`.execute(tx);
      }),
    ).rejects.toThrow('one statement');
  });

  it('a violated constraint is translated into its failure', async () => {
    const oversell = database().transaction((tx) =>
      sql`insert into slot (starts_at, ends_at, capacity, claimed) values (now(), now() + interval '1 hour', 1, 2)`.execute(
        tx,
      ),
    );
    await expect(oversell).rejects.toMatchObject({ type: 'slot-taken' });
  });

  it('a character that cannot be stored is malformed input', async () => {
    const nul = database().read((reader) => sql`select ${'a\u0000b'}::text`.execute(reader));
    await expect(nul).rejects.toMatchObject({ kind: 'malformed' });
  });

  it('readClock returns the time of the test clock', async () => {
    await open().clock.freeze('2026-11-02T08:00:00.000001Z');
    expect(await database().read(readClock)).toBe('2026-11-02T08:00:00.000001Z');
  });

  it('a migration is applied once, and refused when it was changed afterwards', async () => {
    const migration = {
      version: 9000,
      name: '9000_try.sql',
      text: 'create table try (id int);\n',
      checksum: 'a',
    };
    expect(await migrate(database(), [migration])).toEqual(['9000_try.sql']);
    expect(await migrate(database(), [migration])).toEqual([]);
    await expect(migrate(database(), [{ ...migration, checksum: 'b' }])).rejects.toThrow('was changed after');
  });

  it('a migration that fails leaves nothing behind and is named', async () => {
    const broken = {
      version: 9001,
      name: '9001_broken.sql',
      text: 'create table broken (id int);\nselect 1/0;\n',
      checksum: 'a',
    };
    await expect(migrate(database(), [broken])).rejects.toThrow('9001_broken.sql failed: division by zero');
    const { rows } = await database().read((reader) => sql`select to_regclass('broken') as found`.execute(reader));
    expect(rows).toEqual([{ found: null }]);
  });
});

onPostgres('Database on PostgreSQL alone', (open) => {
  it('after a deadlock the transaction that lost runs again, so both commit', async () => {
    const { database } = open();
    const [a, b] = await database.transaction(async (tx) => {
      const { rows } = await sql<{ id: number }>`
        insert into client (first_name, last_name) values ('a', ''), ('b', '') returning id`.execute(tx);
      return rows.map((row) => row.id);
    });
    const locked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    let tries = 0;
    const crossing = (mine: number | undefined, other: number | undefined, own: 0 | 1) =>
      database.transaction(async (tx) => {
        tries += 1;
        await sql`update client set last_name = last_name || 'x' where id = ${mine}`.execute(tx);
        locked[own].resolve();
        await locked[own === 0 ? 1 : 0].promise;
        await sql`update client set last_name = last_name || 'x' where id = ${other}`.execute(tx);
      });
    await Promise.all([crossing(a, b, 0), crossing(b, a, 1)]);
    expect(tries).toBe(3);
    const { rows } = await database.read((reader) =>
      sql`select last_name from client where id in (${a}, ${b})`.execute(reader),
    );
    expect(rows).toEqual([{ last_name: 'xx' }, { last_name: 'xx' }]);
  });

  it('instances that start together apply a migration once', async () => {
    const migration = { version: 9100, name: '9100_once.sql', text: 'create table once (id int);\n', checksum: 'a' };
    const applied = await Promise.all([1, 2, 3].map(() => migrate(open().database, [migration])));
    expect(applied.flat()).toEqual(['9100_once.sql']);
  });

  it('a database that cannot be reached fails a read with Unavailable', async () => {
    const unreachable: Database = openPostgres({
      url: 'postgres://postgres@127.0.0.1:1/nowhere',
      constraints: {},
      onBroken() {},
    });
    await expect(unreachable.read((reader) => sql`select 1`.execute(reader))).rejects.toBeInstanceOf(Unavailable);
    await unreachable[Symbol.asyncDispose]();
  });

  it('a killed connection fails with database-unavailable, and the next query works', async () => {
    const { database } = open();
    const killed = database.transaction((tx) => sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx));
    await expect(killed).rejects.toMatchObject({ type: 'database-unavailable' });
    await database.read((reader) => sql`select 1`.execute(reader));
  });
});
