import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { type AnnouncedEnds, delaysOf, listenToEnds } from '../../../../test/support/bookings/announced-ends.ts';
import { openSecondConnection } from '../../../../test/support/database/second-connection.ts';
import { addClients, addSlots, nth } from '../../../../test/support/database/seed-tables.ts';
import { eachDatabase, onPostgres, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { type ListeningApp, openListeningApp } from '../../../../test/support/server/listening-app.ts';
import type { Database } from '../../../platform/db/database.ts';
import { SampledClock } from '../../../platform/db/database-clock.ts';
import type { Id } from '../../../platform/ids.ts';
import { createLogger } from '../../../platform/logger.ts';
import { endDueHolds } from './due-hold-store.ts';
import { ExpiryWorker } from './expiry-worker.ts';

/** How late the end of a hold may be announced. */
const WITHIN_MS = 1_000;

async function startWorker(database: Database): Promise<ExpiryWorker> {
  const logger = createLogger('silent');
  const feed = await database.openFeed(new SampledClock(), logger);
  return new ExpiryWorker({ database, feed, logger, onLate() {} });
}

/** Inserts holds of one unit, one on each slot, as another program would. All expire at the same instant. */
async function insertHolds(database: Database, slots: readonly Id[], client: Id, expiresIn: string): Promise<Id[]> {
  const { rows } = await database.statement((tx) =>
    sql<{ id: Id }>`
      insert into reservation (slot_id, client_id, status, held_at, changed_at, expires_at)
      select slot, ${client}, 'held', now.at, now.at, now.at + ${expiresIn}::interval
        from unnest(${slots}::bigint[]) slot, (select holdfast_clock() as at) now returning id`.execute(tx),
  );
  return rows.map(({ id }) => id);
}

async function readStates(database: Database, reservation: Id): Promise<{ status: string }[]> {
  const { rows } = await database.read((reader) =>
    sql<{ status: string }>`select r.status, r.changed_at = r.expires_at as in_time, s.claimed from reservation r
          join slot s on s.id = r.slot_id where r.id = ${reservation}`.execute(reader),
  );
  return rows;
}

const ENDED = [{ status: 'expired', in_time: true, claimed: 0 }];

eachDatabase('the expiry worker', (open) => {
  const hold = async (running: ListeningApp, client_id: Id, slot_id: Id) =>
    (await running.client.post('/api/v1/reservations', { body: { client_id, slot_id } })).reservation_id;

  async function expectInTime(ends: AnnouncedEnds, reservations: readonly Id[]): Promise<void> {
    await ends.untilEnded(reservations);
    const delays = await open().database.read((reader) => delaysOf(reader, ends, reservations));
    expect(Math.max(...delays)).toBeLessThan(WITHIN_MS);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(-1);
    for (const each of reservations) expect(ends.timesOf(each)).toHaveLength(1);
  }

  it('the end of a hold is announced within a second of its expiry, and readers see the freed slot', async () => {
    const { database } = open();
    const [slot = 0] = await addSlots(database, 1);
    const [client = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database, { HOLD_TTL: '1s' });
    await using ends = await listenToEnds(running.client);
    await using _worker = await startWorker(database);
    const { provider_id } = await running.client.get('/api/v1/slots/{id}', { path: { id: slot } });
    const listed = async () => {
      const answer = await fetch(`${running.url}/client/getProviderAvailability?provider_id=${provider_id}`);
      const body = (await answer.json()) as Record<string, readonly unknown[]>;
      return { free: body['available timeslots']?.length, from: answer.headers.get('cache-status') };
    };
    const reservation = await hold(running, client, slot);
    expect(await listed()).toMatchObject({ free: 0 });
    expect(await listed()).toMatchObject({ free: 0, from: expect.stringContaining('hit') });
    await expectInTime(ends, [reservation]);
    expect(await listed()).toMatchObject({ free: 1 });
    expect(await readStates(database, reservation)).toEqual(ENDED);
  });

  it('the end of a hold is not announced without the worker', async () => {
    const { database } = open();
    const [slot = 0, other = 0] = await addSlots(database, 2);
    const [client = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database, { HOLD_TTL: '1s' });
    await using ends = await listenToEnds(running.client);
    const reservation = await hold(running, client, slot);
    const path = { id: slot };
    while ((await running.client.get('/api/v1/slots/{id}', { path })).remaining === 0);
    await ends.untilHeld(await hold(running, client, other));
    expect(ends.timesOf(reservation)).toEqual([]);
  });

  it('450 holds that expire at the same instant are announced one by one, each once and in time', async () => {
    const { database } = open();
    const slots = await addSlots(database, 450);
    const [client = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    await using ends = await listenToEnds(running.client);
    const inserted: Id[] = [];
    for (const from of [0, 150, 300]) {
      inserted.push(...(await insertHolds(database, slots.slice(from, from + 150), client, '1 second')));
    }
    await using _worker = await startWorker(database);
    await expectInTime(ends, inserted);
    expect(ends.hasBulk).toBe(false);
  });

  it('a hold that another program makes expire earlier ends then', async () => {
    const { database } = open();
    const [slot = 0] = await addSlots(database, 1);
    const [client = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    await using ends = await listenToEnds(running.client);
    await using _worker = await startWorker(database);
    const reservation = await hold(running, client, slot);
    await database.statement((tx) =>
      sql`update reservation set expires_at = holdfast_clock() + interval '300 milliseconds'
           where id = ${reservation}`.execute(tx),
    );
    await expectInTime(ends, [reservation]);
  });

  it('a hold that never expires delays no other', async () => {
    const { database } = open();
    const [slot = 0, other = 0] = await addSlots(database, 2);
    const [client = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    await using ends = await listenToEnds(running.client);
    await using _worker = await startWorker(database);
    const [endless = 0] = await insertHolds(database, [slot], client, '1 day');
    await database.statement((tx) =>
      sql`update reservation set expires_at = 'infinity' where id = ${endless}`.execute(tx),
    );
    await expectInTime(ends, await insertHolds(database, [other], client, '300 milliseconds'));
    expect(ends.timesOf(endless)).toEqual([]);
  });

  it('a worker that is disposed ends nothing', async () => {
    const { database } = open();
    const [slot = 0] = await addSlots(database, 1);
    const [client = 0] = await addClients(database, 1);
    const worker = await startWorker(database);
    await worker[Symbol.asyncDispose]();
    const [reservation = 0] = await insertHolds(database, [slot], client, '1 millisecond');
    // A worker that still ran would be notified of the insert, and end the hold 250 ms later at most.
    const isPast = async () => {
      const { rows } = await database.read((reader) =>
        sql<{ past: boolean }>`select holdfast_clock() > expires_at + interval '400 milliseconds' as past
                                 from reservation where id = ${reservation}`.execute(reader),
      );
      return rows[0]?.past ?? true;
    };
    while (!(await isPast()));
    expect(await readStates(database, reservation)).toMatchObject([{ status: 'held' }]);
    await database.statement((tx) => endDueHolds(tx, 100));
    expect(await readStates(database, reservation)).toEqual(ENDED);
  });
});

onPostgres('the expiry worker beside other transactions', (open) => {
  async function twoDueHolds(test: TestDatabase): Promise<{ slots: Id[]; holds: Id[] }> {
    const slots = await addSlots(test.database, 2);
    const [client = 0] = await addClients(test.database, 1);
    return { slots, holds: await insertHolds(test.database, slots, client, '1 millisecond') };
  }

  it.each(['slot', 'reservation'])('a locked %s delays the end of its own hold only', async (table) => {
    const { database } = open();
    const { slots, holds } = await twoDueHolds(open());
    await using blocker = await openSecondConnection(open());
    await blocker.query('begin');
    await blocker.query(`select from ${table} where id = $1 for update`, [nth(table === 'slot' ? slots : holds, 0)]);
    const end = () => database.statement((tx) => endDueHolds(tx, 10));
    expect(await end()).toMatchObject({ ended: 1, dueInMs: expect.closeTo(0, -4) });
    expect(await readStates(database, nth(holds, 1))).toEqual(ENDED);
    await blocker.query('commit');
    expect(await end()).toMatchObject({ ended: 1, dueInMs: null });
    expect(await readStates(database, nth(holds, 0))).toEqual(ENDED);
  });

  it('the worker ends a hold as soon as its slot is no longer locked', async () => {
    const { database } = open();
    await using running = await openListeningApp(database);
    await using ends = await listenToEnds(running.client);
    await using blocker = await openSecondConnection(open());
    await using _worker = await startWorker(database);
    const [slot = 0, other = 0] = await addSlots(database, 2);
    const [client = 0] = await addClients(database, 1);
    const [blocked = 0] = await insertHolds(database, [slot], client, '500 milliseconds');
    await blocker.query('begin');
    await blocker.query('select from slot where id = $1 for update', [slot]);
    const [free = 0] = await insertHolds(database, [other], client, '600 milliseconds');
    // Not by the stream: the open transaction withholds what commits after it has begun.
    const statusOf = async (id: Id) => (await readStates(database, id))[0]?.status;
    while ((await statusOf(free)) === 'held');
    expect(await statusOf(blocked)).toBe('held');
    await blocker.query('commit');
    await ends.untilEnded([free, blocked]);
  });

  it('an instance ends nothing while another instance does, and does so afterwards', async () => {
    const { database } = open();
    await twoDueHolds(open());
    await using other = await openSecondConnection(open());
    const end = () => database.statement((tx) => endDueHolds(tx, 10));
    await other.query('begin');
    expect(await other.query('select ended from end_due_holds(1)')).toEqual([{ ended: 1 }]);
    expect(await end()).toMatchObject({ ended: null, lateMs: null });
    await other.query('rollback');
    expect(await end()).toMatchObject({ ended: 2 });
  });
});
