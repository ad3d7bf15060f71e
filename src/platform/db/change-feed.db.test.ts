import { once } from 'node:events';
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { eachDatabase, onPostgres, type TestDatabase } from '../../../test/support/database/test-database.ts';
import { feedOrPool, openProxy, targetOf, through } from '../../../test/support/server/tcp-proxy.ts';
import { createLogger } from '../logger.ts';
import type { Change, ChangeFeed } from './change-feed.ts';
import type { Database, Tx } from './database.ts';
import { SampledClock } from './database-clock.ts';
import { openPostgres } from './postgres-driver.ts';
import { openClient } from './session/session.ts';

const THINGS = `
  create table thing (id integer primary key, version integer not null default 0);
  insert into thing select generate_series(1, 500);
  call announce_changes_of('thing', 'thing', 'id')`;

interface RecordedFeed {
  readonly feed: ChangeFeed;
  readonly received: Change[];
  readonly interruptions: () => number;
  /** Resolves at the next interruption, or at the next change. */
  next(event: 'interrupted' | 'changed'): Promise<unknown>;
}

async function recordFeed(database: Database): Promise<RecordedFeed> {
  const feed = await database.openFeed(new SampledClock(), createLogger('silent'));
  const events = new EventTarget();
  const received: Change[] = [];
  let interruptions = 0;
  feed.subscribe({
    changed(change) {
      // The test's clock announces its moves on the same channel.
      if (change.topic !== 'thing') return;
      received.push(change);
      events.dispatchEvent(new Event('changed'));
    },
    interrupted() {
      interruptions += 1;
      events.dispatchEvent(new Event('interrupted'));
    },
  });
  return { feed, received, interruptions: () => interruptions, next: (event) => once(events, event) };
}

async function createThings({ database }: TestDatabase): Promise<void> {
  for (const statement of THINGS.split(';')) await database.transaction((tx) => sql.raw(statement).execute(tx));
}

const bump = (ids: string) => (tx: Tx) =>
  sql.raw(`update thing set version = version + 1 where id in (${ids})`).execute(tx);
const keysOf = (changes: readonly Change[]) => changes.map(({ keys }) => keys?.toSorted() ?? null);

eachDatabase('the change feed', (open) => {
  beforeAll(() => createThings(open()));

  /** Runs a transaction. @returns the keys that the feed delivered for it */
  async function keysFrom(work: (tx: Tx) => Promise<unknown>): Promise<(readonly string[] | null)[]> {
    const { database } = open();
    const { feed, received } = await recordFeed(database);
    await database.transaction(work);
    await feed.barrier();
    return keysOf(received);
  }

  it('the feed delivers the keys of the rows that a statement changed', async () => {
    expect(await keysFrom(bump('1, 2'))).toEqual([['1', '2']]);
    expect(await keysFrom((tx) => sql`insert into thing (id) values (1001), (1002)`.execute(tx))).toEqual([
      ['1001', '1002'],
    ]);
    expect(await keysFrom((tx) => sql`delete from thing where id in (1001, 1002)`.execute(tx))).toEqual([
      ['1001', '1002'],
    ]);
  });

  it('the feed delivers both the old and the new key of a row whose key changed', async () => {
    const rename = (tx: Tx) => sql`update thing set id = 2001 where id = 3`.execute(tx);
    expect(await keysFrom(rename)).toEqual([['2001', '3']]);
    await open().database.transaction((tx) => sql`update thing set id = 3 where id = 2001`.execute(tx));
  });

  it('the feed delivers nothing for a statement without effect or a transaction that rolls back', async () => {
    expect(await keysFrom(bump('-1'))).toEqual([]);
    const { database } = open();
    const { feed, received } = await recordFeed(database);
    const undone = database.transaction(async (tx) => {
      await bump('1')(tx);
      throw new Error('roll back');
    });
    await expect(undone).rejects.toThrow('roll back');
    await feed.barrier();
    expect(received).toEqual([]);
  });

  it('the feed delivers up to 200 keys, and one message without keys for more', async () => {
    const many = (count: number) => (tx: Tx) =>
      sql`update thing set version = version + 1 where id in (select id from thing order by id limit ${count})`.execute(
        tx,
      );
    const [keys] = await keysFrom(many(200));
    expect(keys).toHaveLength(200);
    expect(await keysFrom(many(201))).toEqual([null]);
    expect(await keysFrom((tx) => sql`truncate thing`.execute(tx))).toEqual([null]);
    await open().database.transaction((tx) => sql`insert into thing select generate_series(1, 500)`.execute(tx));
  });

  it('every feed of a database has a transaction’s changes when the transaction returns', async () => {
    const { database } = open();
    const recorded = [await recordFeed(database), await recordFeed(database)];
    for (let id = 1; id <= 200; id += 1) {
      await database.transaction(bump(String(id)));
      for (const { received } of recorded) expect(received.at(-1)?.keys).toEqual([String(id)]);
    }
  });
});

onPostgres('the change feed on PostgreSQL', (open) => {
  beforeAll(() => createThings(open()));

  const disconnectFeed = (database: Database) =>
    database.read((reader) =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and application_name = 'holdfast feed'`.execute(reader),
    );

  /** Commits on another connection. @returns how many commits had not arrived when `settle` resolved */
  async function countMissing(
    commits: number,
    { feed, received }: RecordedFeed,
    settle: (feed: ChangeFeed) => Promise<void>,
  ) {
    const other = await openClient(open().url ?? '', { applicationName: 'other program' });
    await other.query('set synchronous_commit = off');
    let missing = 0;
    try {
      for (let commit = 1; commit <= commits; commit += 1) {
        await other.query({
          name: 'bump',
          text: 'update thing set version = version + 1 where id = $1',
          values: [1 + (commit % 500)],
        });
        await settle(feed);
        if (received.length < commit) missing += 1;
      }
      await feed.barrier();
      expect(received).toHaveLength(commits);
    } finally {
      await other.end();
    }
    return missing;
  }

  it('a barrier after a commit of another connection resolves when that commit has arrived, 2,000 times', async () => {
    expect(await countMissing(2_000, await recordFeed(open().database), (feed) => feed.barrier())).toBe(0);
  });

  it('control: without the barrier some of 2,000 commits have not arrived', async () => {
    expect(await countMissing(2_000, await recordFeed(open().database), async () => {})).toBeGreaterThan(0);
  });

  it('a feed whose connection breaks reports it, reconnects by itself and delivers the next change', async () => {
    const { database } = open();
    const { feed, received, interruptions, next } = await recordFeed(database);
    const interrupted = next('interrupted');
    await disconnectFeed(database);
    await interrupted;
    expect(feed.isConnected).toBe(false);
    await next('interrupted');
    expect([feed.isConnected, interruptions()]).toEqual([true, 2]);
    const changed = next('changed');
    await database.transaction(bump('7'));
    await changed;
    expect(received.at(-1)?.keys).toEqual(['7']);
  });

  it('a message that cannot be read counts as an interruption', async () => {
    const { database } = open();
    const { feed, next } = await recordFeed(database);
    const interrupted = next('interrupted');
    await database.transaction((tx) => sql`select pg_notify('holdfast_change', 'hello')`.execute(tx));
    await interrupted;
    expect(feed.isConnected).toBe(true);
  });

  it('a feed reconnects after the database has refused it and after it has frozen', async () => {
    const { url = '' } = open();
    await using proxy = await openProxy(targetOf(url, 5432), feedOrPool);
    await using database = openPostgres({ url: through(url, proxy), constraints: {}, onBroken() {} });
    proxy.refuse();
    const { feed, next } = await recordFeed(database);
    expect(feed.isConnected).toBe(false);
    proxy.accept();
    await next('interrupted');
    expect(feed.isConnected).toBe(true);
    proxy.freeze('feed');
    await next('interrupted');
    expect(feed.isConnected).toBe(false);
    proxy.thaw();
    await next('interrupted');
    expect(feed.isConnected).toBe(true);
  });
});
