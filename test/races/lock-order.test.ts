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

interface Fixture {
  readonly test: TestDatabase;
  readonly instances: Instances;
  readonly client: Id;
}

/** Two sets of requests for the same rows, and the row that a third session keeps locked until both wait. */
interface Scenario {
  readonly locked: { table: 'slot' | 'reservation'; id: Id };
  first(): Promise<Answered>[];
  second(): Promise<Answered>[];
}

type Prepare = (fixture: Fixture) => Promise<Scenario>;

/**
 * Runs a scenario on a database of its own.
 *
 * @param breakGuard changes the database first, for negative controls
 * @returns the statuses of the answers, and the number of deadlocks that PostgreSQL had to end
 */
async function run(prepare: Prepare, breakGuard: (test: TestDatabase) => Promise<void> = async () => {}) {
  await using test = await openTestDatabase('postgres');
  await test.clock.freeze(NOW);
  await breakGuard(test);
  await using blocker = await openSecondConnection(test);
  const statuses = await (async () => {
    await using instances = await openInstances(test, 2);
    const [client = 0] = await addClients(test.database, 1);
    const scenario = await prepare({ test, instances, client });
    await blocker.query('begin');
    await blocker.query(`select from ${scenario.locked.table} where id = $1 for no key update`, [scenario.locked.id]);
    const first = scenario.first();
    await blocker.untilWaiting(1);
    const second = scenario.second();
    await blocker.untilWaiting(2);
    await blocker.query('commit');
    return (await Promise.all([...first, ...second])).map((answer) => answer.status);
  })();
  return { statuses, deadlocks: await blocker.deadlocks() };
}

function hold({ instances, client }: Fixture, instance: number, slot: Id): Promise<Answered> {
  return ask(instances.at(instance), 'POST', '/api/v1/reservations', { client_id: client, slot_id: slot });
}

async function holdId(fixture: Fixture, slot: Id): Promise<Id> {
  const answer = await hold(fixture, 0, slot);
  return (answer.body as { reservation_id: Id }).reservation_id;
}

function change(
  fixture: Fixture,
  instance: number,
  verb: string,
  reservation: Id,
  more: object = {},
): Promise<Answered> {
  const body = { client_id: fixture.client, ...more };
  return ask(fixture.instances.at(instance), 'POST', `/api/v1/reservations/${reservation}/${verb}`, body);
}

/** A batch of holds locks two slots, and a reschedule locks the same two. */
const holdsAndReschedule: Prepare = async (fixture) => {
  const slots = await addSlots(fixture.test.database, 2, 5);
  const [a, b] = [nth(slots, 0), nth(slots, 1)];
  const reservation = await holdId(fixture, a);
  return {
    locked: { table: 'slot', id: b },
    first: () => [hold(fixture, 0, a), hold(fixture, 0, b)],
    second: () => [change(fixture, 1, 'reschedule', reservation, { slot_id: b })],
  };
};

/** A slot with a confirmed reservation of a lower id and an expired hold of a higher id. */
async function confirmedAndExpired(fixture: Fixture): Promise<{ slot: Id; provider: Id; confirmed: Id; expired: Id }> {
  const [slot = 0] = await addSlots(fixture.test.database, 1, 2);
  const confirmed = await holdId(fixture, slot);
  const expired = await holdId(fixture, slot);
  await fixture.test.clock.freeze(LAST_MOMENT);
  await change(fixture, 0, 'confirm', confirmed);
  await fixture.test.clock.freeze(EXPIRY);
  const { rows } = await fixture.test.database.read((reader) =>
    sql<{ id: Id }>`select provider_id as id from slot where id = ${slot}`.execute(reader),
  );
  return { slot, provider: nth(rows, 0).id, confirmed, expired };
}

/** Two confirms that arrive together are one batch, which locks both reservations. */
const confirmBoth = (fixture: Fixture, { confirmed, expired }: { confirmed: Id; expired: Id }) => [
  change(fixture, 0, 'confirm', confirmed),
  change(fixture, 0, 'confirm', expired),
];

const cancelAndConfirms: Prepare = async (fixture) => {
  const reservations = await confirmedAndExpired(fixture);
  return {
    locked: { table: 'reservation', id: reservations.expired },
    first: () => [change(fixture, 1, 'cancel', reservations.confirmed)],
    second: () => confirmBoth(fixture, reservations),
  };
};

const withdrawalAndConfirms: Prepare = async (fixture) => {
  const reservations = await confirmedAndExpired(fixture);
  const url = `/api/v1/providers/${reservations.provider}/availability?start=2026-11-01&end=2026-12-01&reservations=cancel`;
  return {
    locked: { table: 'reservation', id: reservations.expired },
    first: () => [ask(fixture.instances.at(1), 'DELETE', url)],
    second: () => confirmBoth(fixture, reservations),
  };
};

/** More holds have expired than the sweep ends in one chunk, the first thousand on the slot with the higher id. */
const sweepAndHolds: Prepare = async (fixture) => {
  const slots = await addSlots(fixture.test.database, 2, 2_000);
  const [a, b] = [nth(slots, 0), nth(slots, 1)];
  await fixture.test.database.transaction((tx) =>
    sql`insert into reservation (slot_id, client_id, status, held_at, expires_at, changed_at)
        select case when n <= 1500 then ${b}::bigint else ${a}::bigint end, ${fixture.client}, 'held', ${NOW}::timestamptz,
               ${NOW}::timestamptz + n * interval '1 millisecond', ${NOW}::timestamptz
          from generate_series(1, 1600) n`.execute(tx),
  );
  await fixture.test.clock.freeze(EXPIRY);
  return {
    locked: { table: 'slot', id: b },
    first: () => [ask(fixture.instances.at(1), 'PUT', '/provider/expiredReservations')],
    second: () => [hold(fixture, 0, a), hold(fixture, 0, b)],
  };
};

onPostgres('lock order', () => {
  it.each([
    ['a batch of holds, then a reschedule', holdsAndReschedule, [201, 201, 200]],
    ['a cancel, then a batch of confirms', cancelAndConfirms, [200, 409, 410]],
    ['a withdrawal of time, then a batch of confirms', withdrawalAndConfirms, [200, 409, 410]],
    ['a sweep of more than one chunk, then a batch of holds', sweepAndHolds, [200, 201, 201]],
  ])('%s: no deadlock', async (_what, prepare, statuses) => {
    expect(await run(prepare)).toEqual({ statuses, deadlocks: 0 });
  });

  describe('as a negative control', () => {
    it('holds that lock slots in another order cause a deadlock, and all requests still succeed', async () => {
      const { statuses, deadlocks } = await run(holdsAndReschedule, ({ database }) =>
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
