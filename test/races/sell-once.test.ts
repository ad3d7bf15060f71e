import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Id } from '../../src/platform/ids.ts';
import { dropConstraint, replaceInFunction } from '../support/database/break-function.ts';
import { openSecondConnection } from '../support/database/second-connection.ts';
import { addClients, addSlots } from '../support/database/seed-tables.ts';
import { onPostgres, openTestDatabase, type TestDatabase } from '../support/database/test-database.ts';
import { type Instances, ONE_BY_ONE, openInstances } from '../support/server/instances.ts';
import { ask } from '../support/server/test-app.ts';

const BUYERS = 200;
/** Small batches, so that every instance has its maximum of transactions waiting at the gate. */
const SMALL_BATCHES = { maxBatchSize: 16, maxConcurrent: 2, maxWaiting: 4_096 };

/** All clients reserve one slot at the same time. @returns the number of answers by status */
async function race(instances: Instances, clients: readonly Id[], slotId: Id): Promise<Record<number, number>> {
  const answers = await Promise.all(
    clients.map((client_id, index) =>
      ask(instances.at(index), 'POST', '/client/reserve', { client_id, timeslot_id: slotId }),
    ),
  );
  return Object.fromEntries(
    [...Map.groupBy(answers, (answer) => answer.status)].map(([status, all]) => [status, all.length]),
  );
}

async function unitsSold({ database }: TestDatabase, slotId: Id): Promise<number> {
  const { rows } = await database.read((reader) =>
    sql<{ units: number }>`
      select coalesce(sum(quantity), 0)::integer as units from reservation
       where slot_id = ${slotId} and status in ('held', 'confirmed')`.execute(reader),
  );
  return rows[0]?.units ?? 0;
}

/**
 * The race with a starting gate: the slot's row stays locked until the maximum of transactions of every instance wait
 * for it. Whatever they have decided by then, they have decided without seeing each other.
 */
async function raceFromGate(test: TestDatabase, instances: Instances): Promise<number> {
  const [slotId = 0] = await addSlots(test.database, 1);
  const clients = await addClients(test.database, BUYERS);
  await using gate = await openSecondConnection(test);
  await gate.query('begin');
  await gate.query('select from slot where id = $1 for no key update', [slotId]);
  const racing = race(instances, clients, slotId);
  await gate.untilWaiting(instances.apps.length * SMALL_BATCHES.maxConcurrent);
  await gate.query('commit');
  await racing;
  return await unitsSold(test, slotId);
}

onPostgres('200 buyers on three instances', (open) => {
  it.each([
    ['many holds per transaction', undefined, 20],
    ['one hold per transaction', ONE_BY_ONE, 8],
  ])('a slot with one unit is sold exactly once, with %s', async (_how, limits, rounds) => {
    await using instances = await openInstances(open(), 3, limits);
    const slots = await addSlots(open().database, rounds);
    const clients = await addClients(open().database, BUYERS);
    for (const slotId of slots) {
      expect(await race(instances, clients, slotId)).toEqual({ 201: 1, 409: BUYERS - 1 });
      expect(await unitsSold(open(), slotId)).toBe(1);
    }
  });

  it('a slot with seven units is sold exactly seven times', async () => {
    await using instances = await openInstances(open(), 3, ONE_BY_ONE);
    const slots = await addSlots(open().database, 5, 7);
    const clients = await addClients(open().database, BUYERS);
    for (const slotId of slots) {
      expect(await race(instances, clients, slotId)).toEqual({ 201: 7, 409: BUYERS - 7 });
    }
  });

  it('a slot with one unit is sold once when all transactions decide at the same moment', async () => {
    await using instances = await openInstances(open(), 3, SMALL_BATCHES);
    for (let round = 0; round < 10; round += 1) expect(await raceFromGate(open(), instances)).toBe(1);
  });
});

onPostgres('200 buyers on three instances, without guards', () => {
  const withoutLock = ({ database }: TestDatabase) =>
    replaceInFunction(
      database,
      'hold_slots',
      'perform from slot where id = any (p_slot) order by id for no key update;',
      '',
    );
  const withoutConstraint = ({ database }: TestDatabase) => dropConstraint(database, 'slot', 'slot_never_oversold');

  async function unitsSoldAfter(removeGuards: (test: TestDatabase) => Promise<void>): Promise<number> {
    await using test = await openTestDatabase('postgres');
    await removeGuards(test);
    await using instances = await openInstances(test, 3, SMALL_BATCHES);
    return await raceFromGate(test, instances);
  }

  describe('with one guard', () => {
    it('the constraint without the lock sells the unit once', async () => {
      expect(await unitsSoldAfter(withoutLock)).toBe(1);
    });
    it('the lock without the constraint sells the unit once', async () => {
      expect(await unitsSoldAfter(withoutConstraint)).toBe(1);
    });
  });

  it('without the lock and the constraint the unit is sold more than once', async () => {
    const units = await unitsSoldAfter(async (test) => {
      await withoutLock(test);
      await withoutConstraint(test);
    });
    expect(units).toBeGreaterThan(1);
  });
});
