import { once } from 'node:events';
import { sql } from 'kysely';
import pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { eachDatabase, onPostgres, type TestDatabase } from '../../../test/support/database/test-database.ts';
import { feedOrPool, openProxy, targetOf, through } from '../../../test/support/server/tcp-proxy.ts';
import { createLogger } from '../logger.ts';
import type { Change, ChangeFeed } from './change-feed.ts';
import type { Database, Tx } from './database.ts';
import { SampledClock } from './database-clock.ts';
import { openPostgres } from './postgres-driver.ts';

const THINGS = `
  create table thing (id integer primary key, version integer not null default 0);
  insert into thing select generate_series(1, 500);
  call announce_changes_of('thing', 'thing', 'id')`;

interface Ear {
  readonly feed: ChangeFeed;
  readonly heard: Change[];
  /** How often something may have been missed. */
  readonly cuts: () => number;
  /** Resolves at the next cut, or at the next change. */
  next(event: 'cut' | 'changed'): Promise<unknown>;
}

async function listenTo(database: Database): Promise<Ear> {
  const feed = await database.openFeed(new SampledClock(), createLogger('silent'));
  const events = new EventTarget();
  const heard: Change[] = [];
  let cuts = 0;
  feed.subscribe({
    changed(change) {
      // The test's clock tells of its moves on the same channel.
      if (change.topic !== 'thing') return;
      heard.push(change);
      events.dispatchEvent(new Event('changed'));
    },
    cut() {
      cuts += 1;
      events.dispatchEvent(new Event('cut'));
    },
  });
  return { feed, heard, cuts: () => cuts, next: (event) => once(events, event) };
}

async function createThings({ database }: TestDatabase): Promise<void> {
  for (const statement of THINGS.split(';')) await database.transaction((tx) => sql.raw(statement).execute(tx));
}

const bump = (ids: string) => (tx: Tx) =>
  sql.raw(`update thing set version = version + 1 where id in (${ids})`).execute(tx);
const keysOf = (heard: readonly Change[]) => heard.map(({ keys }) => keys?.toSorted() ?? null);

eachDatabase('the change feed', (open) => {
  beforeAll(() => createThings(open()));

  /** Does something and tells what the feed told of it. */
  async function hear(work: (tx: Tx) => Promise<unknown>): Promise<(readonly string[] | null)[]> {
    const { database } = open();
    const { feed, heard } = await listenTo(database);
    await database.transaction(work);
    await feed.barrier();
    return keysOf(heard);
  }

  it('tells what a statement changed, by key', async () => {
    expect(await hear(bump('1, 2'))).toEqual([['1', '2']]);
    expect(await hear((tx) => sql`insert into thing (id) values (1001), (1002)`.execute(tx))).toEqual([
      ['1001', '1002'],
    ]);
    expect(await hear((tx) => sql`delete from thing where id in (1001, 1002)`.execute(tx))).toEqual([['1001', '1002']]);
  });

  it('tells both names of a row that changed its name', async () => {
    const renamed = (tx: Tx) => sql`update thing set id = 2001 where id = 3`.execute(tx);
    expect(await hear(renamed)).toEqual([['2001', '3']]);
    await open().database.transaction((tx) => sql`update thing set id = 3 where id = 2001`.execute(tx));
  });

  it('tells nothing of a statement that changed nothing, nor of what is rolled back', async () => {
    expect(await hear(bump('-1'))).toEqual([]);
    const { database } = open();
    const { feed, heard } = await listenTo(database);
    const undone = database.transaction(async (tx) => {
      await bump('1')(tx);
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    await feed.barrier();
    expect(heard).toEqual([]);
  });

  it('tells 200 rows by key, and more as one message without keys', async () => {
    const many = (count: number) => (tx: Tx) =>
      sql`update thing set version = version + 1 where id in (select id from thing order by id limit ${count})`.execute(
        tx,
      );
    const [exactly] = await hear(many(200));
    expect(exactly).toHaveLength(200);
    expect(await hear(many(201))).toEqual([null]);
    expect(await hear((tx) => sql`truncate thing`.execute(tx))).toEqual([null]);
    await open().database.transaction((tx) => sql`insert into thing select generate_series(1, 500)`.execute(tx));
  });

  it('has told every feed of a transaction’s changes by the time it answers', async () => {
    const { database } = open();
    const ears = [await listenTo(database), await listenTo(database)];
    for (let id = 1; id <= 200; id += 1) {
      await database.transaction(bump(String(id)));
      for (const { heard } of ears) expect(heard.at(-1)?.keys).toEqual([String(id)]);
    }
  });
});

onPostgres('the change feed on PostgreSQL', (open) => {
  beforeAll(() => createThings(open()));

  const cutFeed = (database: Database) =>
    database.read((reader) =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and application_name = 'holdfast feed'`.execute(reader),
    );

  /** Commits by another connection; counts those not yet told when `settle` resolves. */
  async function untold(commits: number, { feed, heard }: Ear, settle: (feed: ChangeFeed) => Promise<void>) {
    const other = new pg.Client({ connectionString: open().url, options: '-c synchronous_commit=off' });
    await other.connect();
    let missing = 0;
    try {
      for (let commit = 1; commit <= commits; commit += 1) {
        await other.query({
          name: 'bump',
          text: 'update thing set version = version + 1 where id = $1',
          values: [1 + (commit % 500)],
        });
        await settle(feed);
        if (heard.length < commit) missing += 1;
      }
      await feed.barrier();
      expect(heard).toHaveLength(commits);
    } finally {
      await other.end();
    }
    return missing;
  }

  it('has told each of 2,000 commits of another connection when a barrier raised after it resolves', async () => {
    expect(await untold(2_000, await listenTo(open().database), (feed) => feed.barrier())).toBe(0);
  });

  it('control: without the barrier some are not told yet', async () => {
    expect(await untold(2_000, await listenTo(open().database), async () => {})).toBeGreaterThan(0);
  });

  it('is cut when its connection is, comes back by itself, and tells what changes then', async () => {
    const { database } = open();
    const ear = await listenTo(database);
    const cut = ear.next('cut');
    await cutFeed(database);
    await cut;
    expect(ear.feed.isConnected).toBe(false);
    await ear.next('cut');
    expect([ear.feed.isConnected, ear.cuts()]).toEqual([true, 2]);
    const told = ear.next('changed');
    await database.transaction(bump('7'));
    await told;
    expect(ear.heard.at(-1)?.keys).toEqual(['7']);
  });

  it('doubts everything when anybody says on its channel what it cannot read', async () => {
    const { database } = open();
    const ear = await listenTo(database);
    const cut = ear.next('cut');
    await database.transaction((tx) => sql`select pg_notify('holdfast_change', 'hello')`.execute(tx));
    await cut;
    expect(ear.feed.isConnected).toBe(true);
  });

  it('outlives a database that refuses it, falls silent and comes back', async () => {
    const { url = '' } = open();
    await using proxy = await openProxy(targetOf(url, 5432), feedOrPool);
    await using database = openPostgres({ url: through(url, proxy), constraints: {}, onBroken() {} });
    proxy.refuse();
    const ear = await listenTo(database);
    expect(ear.feed.isConnected).toBe(false);
    proxy.accept();
    await ear.next('cut');
    expect(ear.feed.isConnected).toBe(true);
    proxy.freeze('feed');
    await ear.next('cut');
    expect(ear.feed.isConnected).toBe(false);
    proxy.thaw();
    await ear.next('cut');
    expect(ear.feed.isConnected).toBe(true);
  });
});
