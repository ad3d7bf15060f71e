import { sql } from 'kysely';
import pg from 'pg';
import { expect, it } from 'vitest';
import { eachDatabase, onPostgres } from '../../../test/support/database/test-database.ts';
import type { Database } from '../../platform/db/database.ts';
import { seededRandom } from '../../platform/seeded-random.ts';
import type { Cursor } from './cursor.ts';
import { EventLog, forgetOldEvents, type LoggedEvent } from './event-log.ts';

const PEOPLE = `
  insert into provider (id, first_name, last_name) values (1, 'Jake', 'Black'), (2, 'Mia', 'White');
  insert into client (id, first_name, last_name) values (1, 'Jane', 'Doe')`;

async function run(database: Database, text: string): Promise<void> {
  await database.transaction(async (tx) => {
    for (const statement of text.split(';')) await sql.raw(statement).execute(tx);
  });
}

/**
 * All that has been committed, and how far it leads. A transaction of anybody on the same server may be in the way for a
 * moment, also one of another test.
 */
async function readAll(log: EventLog, from: Cursor): Promise<{ events: LoggedEvent[]; upTo: Cursor }> {
  const events: LoggedEvent[] = [];
  for (let upTo = from; ; ) {
    const page = await log.after(upTo);
    events.push(...page.events);
    upTo = page.upTo;
    if (!page.full && !page.withheld) return { events, upTo };
  }
}

/** All that can be read at once. */
async function readOn(log: EventLog, from: Cursor): Promise<{ events: LoggedEvent[]; upTo: Cursor }> {
  const events: LoggedEvent[] = [];
  for (let upTo = from; ; ) {
    const page = await log.after(upTo);
    events.push(...page.events);
    upTo = page.upTo;
    if (!page.full) return { events, upTo };
  }
}

const told = ({ cursor: _, ...event }: LoggedEvent) => event;

eachDatabase('the log of events', (open) => {
  it('tells of a slot, of each step of its reservation, and of many at once as one', async () => {
    const { database } = open();
    const log = new EventLog(database);
    await run(database, PEOPLE);
    const { upTo: start } = await readAll(log, await log.end());
    const slots = (from: number, to: number, start: string) =>
      `insert into slot (id, provider_id, starts_at, ends_at, capacity)
         select n, 1, timestamptz '${start}' + n * interval '1 hour', timestamptz '${start}' + (n + 1) * interval '1 hour', 2
           from generate_series(${from}, ${to}) n`;
    await run(database, slots(1, 2, '2030-01-01'));
    await run(
      database,
      `insert into reservation (id, slot_id, client_id, status, held_at, expires_at, changed_at)
         select 10 + n, n, 1, 'held', now(), now() + interval '1 hour', now() from generate_series(1, 2) n`,
    );
    await run(database, `update reservation set status = 'confirmed', decided_at = now() where id = 11`);
    await run(database, 'update reservation set slot_id = 1 where id = 12');
    await run(database, slots(1_001, 1_201, '2031-01-01'));
    await run(database, 'update slot set capacity = 3 where id = 2');

    const { events, upTo } = await readAll(log, start);
    const none = { facts: {}, many: false, reservations: null, slots: null, providers: null };
    expect(events.map(told)).toEqual([
      { ...none, kind: 'slot', slots: [1, 2], providers: [1, 1] },
      {
        ...none,
        kind: 'reservation',
        facts: { status: 'held' },
        reservations: [11, 12],
        slots: [1, 2],
        providers: [1, 1],
      },
      { ...none, kind: 'reservation', facts: { status: 'confirmed' }, reservations: [11], slots: [1], providers: [1] },
      expect.objectContaining({ kind: expect.any(String) }),
      expect.objectContaining({ kind: expect.any(String) }),
      { ...none, kind: 'slot', many: true },
      { ...none, kind: 'slot', slots: [2], providers: [1] },
    ]);
    expect(new Set(events.slice(3, 5).map(told))).toEqual(
      new Set([
        { ...none, kind: 'reservation', facts: { status: 'held' }, reservations: [12], slots: [1], providers: [1] },
        { ...none, kind: 'slot', slots: [2], providers: [1] },
      ]),
    );
    expect((await readOn(log, upTo)).events).toEqual([]);
    expect((await readOn(log, events[1]?.cursor ?? start)).events).toEqual(events.slice(2));
  });

  it('says that something is missing to whoever comes back too late, and to nobody else', async () => {
    const { database } = open();
    const log = new EventLog(database);
    const { upTo: before } = await readAll(log, await log.end());
    await run(database, `insert into event (kind) values ('a')`);
    expect((await log.after(before)).kept).toBe(true);
    const { upTo: between } = await readAll(log, before);
    await run(database, `insert into event (kind) values ('b')`);
    const kinds = async (from: Cursor) => (await readAll(log, from)).events.map(({ kind }) => kind);

    expect(await kinds(before)).toEqual(['a', 'b']);
    // Nothing is old yet.
    await database.transaction((tx) => forgetOldEvents(tx, '1 hour', 1_000_000));
    expect(await kinds(before)).toEqual(['a', 'b']);

    await database.transaction((tx) => forgetOldEvents(tx, '1 hour', 1));
    expect((await log.after(before)).kept).toBe(false);
    expect((await log.after(between)).kept).toBe(true);
    expect(await kinds(between)).toEqual(['b']);

    // Where little happens, time passes for a listener all the same: what was forgotten is what it had been told.
    const { upTo: after } = await readAll(log, between);
    await run(database, 'select pg_current_xact_id()');
    await database.transaction((tx) => forgetOldEvents(tx, '-1 hour', 1_000_000));
    expect((await log.after(between)).kept).toBe(false);
    expect((await log.after(after)).kept).toBe(true);
    expect((await log.after(await log.end())).kept).toBe(true);
    await run(database, `insert into event (kind) values ('c')`);
    expect(await kinds(between)).toEqual(['c']);
  });

  it('takes no notice of rows that came with a restored dump, nor of ids from there', async () => {
    const { database } = open();
    const log = new EventLog(database);
    const { upTo: end } = await readAll(log, await log.end());
    await run(database, `insert into event (xid, kind) values ('900000000000', 'foreign')`);
    expect((await readAll(log, end)).events).toEqual([]);
    expect((await log.after({ xid: 900_000_000_000n, position: 1 })).kept).toBe(false);
    await database.transaction((tx) => forgetOldEvents(tx));
    const { rows } = await database.read((reader) =>
      sql<{ n: number }>`select count(*)::integer as n from event where kind = 'foreign'`.execute(reader),
    );
    expect(rows).toEqual([{ n: 0 }]);
  });
});

/** The way not taken: everything after the last id. */
class TailByPosition {
  readonly seen: number[] = [];

  async read(client: pg.Client): Promise<void> {
    const { rows } = await client.query<{ position: string }>(
      'select position from event where position > $1 order by position',
      [this.seen.at(-1) ?? 0],
    );
    this.seen.push(...rows.map(({ position }) => Number(position)));
  }
}

onPostgres('transactions that commit in another order than they began', (open) => {
  it('lose nothing and repeat nothing, where a tail by id loses some', async () => {
    const { database, url } = open();
    await using stack = new AsyncDisposableStack();
    const clients = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        stack.defer(() => client.end());
        return { client, steps: 0 };
      }),
    );
    const [observer] = clients.splice(5);
    if (!observer) throw new Error('there is no observer');
    const log = new EventLog(database);
    const naive = new TailByPosition();
    const read: number[] = [];
    let cursor = await log.end();
    let withheld = 0;
    const random = seededRandom(20_261_121, 9);

    const look = async () => {
      await naive.read(observer.client);
      withheld += Number((await log.after(cursor)).withheld);
      const { events, upTo } = await readOn(log, cursor);
      read.push(...events.map((event) => event.cursor.position));
      cursor = upTo;
    };
    for (let step = 0; step < 400; step += 1) {
      const each = random.pick(clients);
      if (each.steps === 0) await each.client.query('begin');
      each.steps += 1;
      if (each.steps < 4) await each.client.query(`insert into event (kind) values ('x')`);
      else {
        await each.client.query(random.chance(0.2) ? 'rollback' : 'commit');
        each.steps = 0;
      }
      if (random.chance(0.5)) await look();
    }
    for (const { client, steps } of clients) if (steps > 0) await client.query('commit');
    await naive.read(observer.client);
    read.push(...(await readAll(log, cursor)).events.map((event) => event.cursor.position));

    const { rows } = await observer.client.query<{ position: string }>('select position from event order by position');
    const committed = rows.map(({ position }) => Number(position));
    expect(committed.length).toBeGreaterThan(100);
    expect([...read].sort((a, b) => a - b)).toEqual(committed);
    expect(read, 'the schedule commits in order, and proves nothing').not.toEqual(committed);
    expect(withheld).toBeGreaterThan(0);
    expect(naive.seen.length, 'the tail by id has lost nothing, so there was nothing to lose').toBeLessThan(
      committed.length,
    );
  });
});
