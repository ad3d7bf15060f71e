import { sql } from 'kysely';
import type pg from 'pg';
import { expect, it } from 'vitest';
import { eachDatabase, onPostgres } from '../../../test/support/database/test-database.ts';
import type { Database } from '../../platform/db/database.ts';
import { openClient } from '../../platform/db/session/session.ts';
import { seededRandom } from '../../platform/seeded-random.ts';
import type { Cursor } from './cursor.ts';
import { deleteOldEvents, EventLog, type LoggedEvent } from './event-log.ts';

const PEOPLE = `
  insert into provider (id, first_name, last_name) values (1, 'Jake', 'Black'), (2, 'Mia', 'White');
  insert into client (id, first_name, last_name) values (1, 'Jane', 'Doe')`;

async function run(database: Database, text: string): Promise<void> {
  await database.transaction(async (tx) => {
    for (const statement of text.split(';')) await sql.raw(statement).execute(tx);
  });
}

/**
 * Reads all committed events. A running transaction of any program on the same server, even of another test, may
 * withhold some of them for a moment.
 */
async function readAll(log: EventLog, from: Cursor): Promise<{ events: LoggedEvent[]; upTo: Cursor }> {
  const events: LoggedEvent[] = [];
  for (let upTo = from; ; ) {
    const page = await log.readAfter(upTo);
    events.push(...page.events);
    upTo = page.upTo;
    if (!page.hasMore && !page.hasWithheld) return { events, upTo };
  }
}

/** Reads the events that can be read now. */
async function readAvailable(log: EventLog, from: Cursor): Promise<{ events: LoggedEvent[]; upTo: Cursor }> {
  const events: LoggedEvent[] = [];
  for (let upTo = from; ; ) {
    const page = await log.readAfter(upTo);
    events.push(...page.events);
    upTo = page.upTo;
    if (!page.hasMore) return { events, upTo };
  }
}

const withoutCursor = ({ cursor: _, ...event }: LoggedEvent) => event;

eachDatabase('EventLog', (open) => {
  it('slots and the steps of their reservations are logged, and a bulk change as one event', async () => {
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
    const none = {
      attributes: {},
      isBulk: false,
      reservationIds: null,
      slotIds: null,
      providerIds: null,
      clientIds: null,
    };
    expect(events.map(withoutCursor)).toEqual([
      { ...none, kind: 'slot', slotIds: [1, 2], providerIds: [1, 1] },
      {
        ...none,
        kind: 'reservation',
        attributes: { status: 'held', type: 'reservation.held' },
        reservationIds: [11, 12],
        slotIds: [1, 2],
        providerIds: [1, 1],
        clientIds: [1, 1],
      },
      {
        ...none,
        kind: 'reservation',
        attributes: { status: 'confirmed', type: 'reservation.confirmed' },
        reservationIds: [11],
        slotIds: [1],
        providerIds: [1],
        clientIds: [1],
      },
      expect.objectContaining({ kind: expect.any(String) }),
      expect.objectContaining({ kind: expect.any(String) }),
      { ...none, kind: 'slot', isBulk: true },
      { ...none, kind: 'slot', slotIds: [2], providerIds: [1] },
    ]);
    expect(new Set(events.slice(3, 5).map(withoutCursor))).toEqual(
      new Set([
        {
          ...none,
          kind: 'reservation',
          attributes: { status: 'held', type: 'reservation.rescheduled' },
          reservationIds: [12],
          slotIds: [1],
          providerIds: [1],
          clientIds: [1],
        },
        { ...none, kind: 'slot', slotIds: [2], providerIds: [1] },
      ]),
    );
    expect((await readAvailable(log, upTo)).events).toEqual([]);
    expect((await readAvailable(log, events[1]?.cursor ?? start)).events).toEqual(events.slice(2));
  });

  it('only a reader whose next events were deleted gets an incomplete page', async () => {
    const { database } = open();
    const log = new EventLog(database);
    const { upTo: before } = await readAll(log, await log.end());
    await run(database, `insert into event (kind) values ('a')`);
    expect((await log.readAfter(before)).isComplete).toBe(true);
    const { upTo: between } = await readAll(log, before);
    await run(database, `insert into event (kind) values ('b')`);
    const kinds = async (from: Cursor) => (await readAll(log, from)).events.map(({ kind }) => kind);

    expect(await kinds(before)).toEqual(['a', 'b']);
    // No event is old yet.
    await database.transaction((tx) => deleteOldEvents(tx, '1 hour', 1_000_000));
    expect(await kinds(before)).toEqual(['a', 'b']);

    await database.transaction((tx) => deleteOldEvents(tx, '1 hour', 1));
    expect((await log.readAfter(before)).isComplete).toBe(false);
    expect((await log.readAfter(between)).isComplete).toBe(true);
    expect(await kinds(between)).toEqual(['b']);

    // When little happens, a listener's cursor advances all the same: the deleted events are those it has received.
    const { upTo: after } = await readAll(log, between);
    await run(database, 'select pg_current_xact_id()');
    await database.transaction((tx) => deleteOldEvents(tx, '-1 hour', 1_000_000));
    expect((await log.readAfter(between)).isComplete).toBe(false);
    expect((await log.readAfter(after)).isComplete).toBe(true);
    expect((await log.readAfter(await log.end())).isComplete).toBe(true);
    await run(database, `insert into event (kind) values ('c')`);
    expect(await kinds(between)).toEqual(['c']);
  });

  it('rows and cursors from a restored dump are ignored', async () => {
    const { database } = open();
    const log = new EventLog(database);
    const { upTo: end } = await readAll(log, await log.end());
    await run(database, `insert into event (xid, kind) values ('900000000000', 'foreign')`);
    expect((await readAll(log, end)).events).toEqual([]);
    expect((await log.readAfter({ xid: 900_000_000_000n, position: 1 })).isComplete).toBe(false);
    await database.transaction((tx) => deleteOldEvents(tx));
    const { rows } = await database.read((reader) =>
      sql<{ n: number }>`select count(*)::integer as n from event where kind = 'foreign'`.execute(reader),
    );
    expect(rows).toEqual([{ n: 0 }]);
  });
});

/** The rejected alternative: reads everything after the last id. */
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

onPostgres('EventLog under concurrent transactions', (open) => {
  it('no event is lost or repeated when transactions commit out of order, where a tail by id loses some', async () => {
    const { database, url } = open();
    await using stack = new AsyncDisposableStack();
    const clients = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = await openClient(url ?? '', { applicationName: 'writer' });
        stack.defer(() => client.end());
        return { client, steps: 0 };
      }),
    );
    const [observer] = clients.splice(5);
    if (!observer) throw new Error('the observer has no connection');
    const log = new EventLog(database);
    const naive = new TailByPosition();
    const read: number[] = [];
    let cursor = await log.end();
    let withheldReads = 0;
    const random = seededRandom(20_261_121, 9);

    const readBoth = async () => {
      await naive.read(observer.client);
      withheldReads += Number((await log.readAfter(cursor)).hasWithheld);
      const { events, upTo } = await readAvailable(log, cursor);
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
      if (random.chance(0.5)) await readBoth();
    }
    for (const { client, steps } of clients) if (steps > 0) await client.query('commit');
    await naive.read(observer.client);
    read.push(...(await readAll(log, cursor)).events.map((event) => event.cursor.position));

    const { rows } = await observer.client.query<{ position: string }>('select position from event order by position');
    const committed = rows.map(({ position }) => Number(position));
    expect(committed.length).toBeGreaterThan(100);
    expect([...read].sort((a, b) => a - b)).toEqual(committed);
    expect(read, 'the transactions committed in order, which proves nothing').not.toEqual(committed);
    expect(withheldReads).toBeGreaterThan(0);
    expect(naive.seen.length, 'the tail by id has lost nothing, which proves nothing').toBeLessThan(committed.length);
  });
});
