import { expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { replaceInFunction } from '../support/database/break-function.ts';
import { openSecondConnection } from '../support/database/second-connection.ts';
import { addClients, addSlots } from '../support/database/seed-tables.ts';
import { onPostgres, openTestDatabase } from '../support/database/test-database.ts';
import { ONE_BY_ONE, openInstances } from '../support/server/instances.ts';
import { ask } from '../support/server/test-app.ts';

/** As many as two instances serve at once, with two requests of each. */
const CLIENTS = 8;

/**
 * Each client, which may have one live hold, sends two holds of different slots at the same moment to two instances.
 *
 * @returns the statuses of the answers, in order
 */
async function holdTwiceEach(breakGuard: (database: Database) => Promise<void> = async () => {}): Promise<number[]> {
  await using test = await openTestDatabase('postgres');
  await breakGuard(test.database);
  await using blocker = await openSecondConnection(test);
  await using instances = await openInstances(test, 2, ONE_BY_ONE, { MAX_LIVE_HOLDS: '1' });
  const clients = await addClients(test.database, CLIENTS);
  const slots = await addSlots(test.database, 2 * CLIENTS, 1);
  await blocker.query('begin');
  await blocker.query('select from slot order by id for no key update');
  const sent = slots.map((slot_id, index) =>
    ask(instances.at(index), 'POST', '/api/v1/reservations', { client_id: clients[index >> 1], slot_id }),
  );
  await blocker.untilWaiting(2 * CLIENTS);
  await blocker.query('commit');
  return (await Promise.all(sent)).map(({ status }) => status).sort();
}

onPostgres('the limit of live holds', () => {
  it('two holds that a client sends to two instances at once never exceed its limit', async () => {
    expect(await holdTwiceEach()).toEqual([...Array(CLIENTS).fill(201), ...Array(CLIENTS).fill(409)]);
  });

  it('control: without the lock of the client some exceed it', async () => {
    const statuses = await holdTwiceEach((database) =>
      replaceInFunction(
        database,
        'hold_slots',
        'perform from client where id = any (p_client) order by id for no key update;',
        'null;',
      ),
    );
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(CLIENTS);
  });
});
