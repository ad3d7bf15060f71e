import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Id } from '../../src/platform/ids.ts';
import { EXPIRY, LAST_MOMENT, NOW } from '../support/bookings/expiring-hold.ts';
import { replaceInFunction } from '../support/database/break-function.ts';
import { openSecondConnection } from '../support/database/second-connection.ts';
import { addClients, addSlots, nth } from '../support/database/seed-tables.ts';
import { onPostgres, openTestDatabase, type TestDatabase } from '../support/database/test-database.ts';
import { type Instances, openInstances } from '../support/server/instances.ts';
import { type Answered, ask } from '../support/server/test-app.ts';

interface Stage {
  readonly test: TestDatabase;
  readonly instances: Instances;
  readonly client: Id;
}

/** Two requests that want the same rows, and the row a third session keeps from both until they stand in line. */
interface Scene {
  readonly locked: { table: 'slot' | 'reservation'; id: Id };
  first(): Promise<Answered>[];
  second(): Promise<Answered>[];
}

type Write = (stage: Stage) => Promise<Scene>;

/** Runs a scene on a database of its own: what was answered, and how many deadlocks PostgreSQL had to break. */
async function play(write: Write, sabotage: (test: TestDatabase) => Promise<void> = async () => {}) {
  await using test = await openTestDatabase('postgres');
  await test.clock.freeze(NOW);
  await sabotage(test);
  await using line = await openSecondConnection(test);
  const statuses = await (async () => {
    await using instances = await openInstances(test, 2);
    const [client = 0] = await addClients(test.database, 1);
    const scene = await write({ test, instances, client });
    await line.query('begin');
    await line.query(`select from ${scene.locked.table} where id = $1 for no key update`, [scene.locked.id]);
    const first = scene.first();
    await line.untilWaiting(1);
    const second = scene.second();
    await line.untilWaiting(2);
    await line.query('commit');
    return (await Promise.all([...first, ...second])).map((answer) => answer.status);
  })();
  return { statuses, deadlocks: await line.deadlocks() };
}

function hold({ instances, client }: Stage, instance: number, slot: Id): Promise<Answered> {
  return ask(instances.at(instance), 'POST', '/api/v1/reservations', { client_id: client, slot_id: slot });
}

async function held(stage: Stage, slot: Id): Promise<Id> {
  const answer = await hold(stage, 0, slot);
  return (answer.body as { reservation_id: Id }).reservation_id;
}

function change(stage: Stage, instance: number, verb: string, reservation: Id, more: object = {}): Promise<Answered> {
  const body = { client_id: stage.client, ...more };
  return ask(stage.instances.at(instance), 'POST', `/api/v1/reservations/${reservation}/${verb}`, body);
}

/** A batch of holds locks two slots; a reschedule locks the same two. */
const holdsAndReschedule: Write = async (stage) => {
  const slots = await addSlots(stage.test.database, 2, 5);
  const [a, b] = [nth(slots, 0), nth(slots, 1)];
  const reservation = await held(stage, a);
  return {
    locked: { table: 'slot', id: b },
    first: () => [hold(stage, 0, a), hold(stage, 0, b)],
    second: () => [change(stage, 1, 'reschedule', reservation, { slot_id: b })],
  };
};

/** One slot with a confirmed reservation of a lower id and a hold of a higher id that has run out. */
async function confirmedAndExpired(stage: Stage): Promise<{ slot: Id; provider: Id; confirmed: Id; expired: Id }> {
  const [slot = 0] = await addSlots(stage.test.database, 1, 2);
  const confirmed = await held(stage, slot);
  const expired = await held(stage, slot);
  await stage.test.clock.freeze(LAST_MOMENT);
  await change(stage, 0, 'confirm', confirmed);
  await stage.test.clock.freeze(EXPIRY);
  const { rows } = await stage.test.database.read((reader) =>
    sql<{ id: Id }>`select provider_id as id from slot where id = ${slot}`.execute(reader),
  );
  return { slot, provider: nth(rows, 0).id, confirmed, expired };
}

/** Two confirms that arrive together are one batch, which locks both reservations. */
const confirmBoth = (stage: Stage, { confirmed, expired }: { confirmed: Id; expired: Id }) => [
  change(stage, 0, 'confirm', confirmed),
  change(stage, 0, 'confirm', expired),
];

const cancelAndConfirms: Write = async (stage) => {
  const there = await confirmedAndExpired(stage);
  return {
    locked: { table: 'reservation', id: there.expired },
    first: () => [change(stage, 1, 'cancel', there.confirmed)],
    second: () => confirmBoth(stage, there),
  };
};

const blockAndConfirms: Write = async (stage) => {
  const there = await confirmedAndExpired(stage);
  const url = `/api/v1/providers/${there.provider}/availability?start=2026-11-01&end=2026-12-01&reservations=cancel`;
  return {
    locked: { table: 'reservation', id: there.expired },
    first: () => [ask(stage.instances.at(1), 'DELETE', url)],
    second: () => confirmBoth(stage, there),
  };
};

/** More holds have run out than a sweep takes at a time, the first thousand on the slot with the higher id. */
const sweepAndHolds: Write = async (stage) => {
  const slots = await addSlots(stage.test.database, 2, 2_000);
  const [a, b] = [nth(slots, 0), nth(slots, 1)];
  await stage.test.database.transaction((tx) =>
    sql`insert into reservation (slot_id, client_id, status, held_at, expires_at, changed_at)
        select case when n <= 1500 then ${b}::bigint else ${a}::bigint end, ${stage.client}, 'held', ${NOW}::timestamptz,
               ${NOW}::timestamptz + n * interval '1 millisecond', ${NOW}::timestamptz
          from generate_series(1, 1600) n`.execute(tx),
  );
  await stage.test.clock.freeze(EXPIRY);
  return {
    locked: { table: 'slot', id: b },
    first: () => [ask(stage.instances.at(1), 'PUT', '/provider/expiredReservations')],
    second: () => [hold(stage, 0, a), hold(stage, 0, b)],
  };
};

onPostgres('rows are locked in one order', () => {
  it.each([
    ['a batch of holds, then a reschedule', holdsAndReschedule, [201, 201, 200]],
    ['a cancel, then a batch of confirms', cancelAndConfirms, [200, 409, 410]],
    ['blocked time, then a batch of confirms', blockAndConfirms, [200, 409, 410]],
    ['a sweep of more than it takes at a time, then a batch of holds', sweepAndHolds, [200, 201, 201]],
  ])('%s', async (_what, write, statuses) => {
    expect(await play(write)).toEqual({ statuses, deadlocks: 0 });
  });

  describe('where the holds lock theirs in another', () => {
    it('PostgreSQL has to break a deadlock, and all are served in the end', async () => {
      const { statuses, deadlocks } = await play(holdsAndReschedule, ({ database }) =>
        replaceInFunction(
          database,
          'hold_slots',
          'where id = any (p_slot) order by id for no key update',
          'where id = any (p_slot) order by id desc for no key update',
        ),
      );
      expect(deadlocks).toBeGreaterThan(0);
      expect(statuses).toEqual([201, 201, 200]);
    });
  });
});
