import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  confirm,
  type ExpiringHold,
  extend,
  makeHold,
  readStatuses,
  type Send,
} from '../support/bookings/expiring-hold.ts';
import { openSecondConnection } from '../support/database/second-connection.ts';
import { onPostgres } from '../support/database/test-database.ts';
import { type Instances, openInstances } from '../support/server/instances.ts';
import { type Answered, ask } from '../support/server/test-app.ts';

const createClient: Send = (instances, _hold, key = '') =>
  ask(instances.at(0), 'POST', '/client/create', { first_name: 'Jane', last_name: 'Doe' }, { 'idempotency-key': key });
const holdOther: Send = (instances, { rival, otherSlot }, key = '') =>
  ask(
    instances.at(1),
    'POST',
    '/client/reserve',
    { client_id: rival, timeslot_id: otherSlot },
    { 'idempotency-key': key },
  );

onPostgres('a session that is ended in a transaction', (open) => {
  let instances: Instances;
  beforeAll(async () => {
    instances = await openInstances(open(), 3);
  });
  afterAll(() => instances[Symbol.asyncDispose]());

  const nextKey = (hold: ExpiringHold) => `killed-${hold.reservation}`;

  async function countAnswers(): Promise<number> {
    const { rows } = await open().database.read((reader) =>
      sql<{ count: number }>`select count(*) as count from idempotent_answer`.execute(reader),
    );
    return rows[0]?.count ?? -1;
  }

  /** Ends the session of a request while it waits for the lock that `locking` takes. */
  async function killWaiting(send: () => Promise<Answered>, locking: string, waitsFor: 'relation' | 'transactionid') {
    await using blocker = await openSecondConnection(open());
    await blocker.query('begin');
    await blocker.query(locking);
    const answering = send();
    await blocker.untilWaiting(1);
    await blocker.terminateWaiting(waitsFor);
    await blocker.query('rollback');
    return answering;
  }

  const requests: [string, Send, number][] = [
    ['an unbatched create', createClient, 201],
    ['a batched hold', holdOther, 201],
    ['a batched confirm', confirm, 200],
    ['an extension', extend, 200],
  ];

  it.each(requests)(
    '%s, killed before its commit, leaves no effect and no key, and succeeds when repeated',
    async (_what, send, status) => {
      const hold = await makeHold(open(), instances);
      await open().clock.freeze('2026-11-02T08:10:00Z');
      const before = await countAnswers();
      // Everything is done except the storing of the answer, which waits for the lock on its table.
      const once = () => send(instances, hold, nextKey(hold));
      const killed = await killWaiting(once, 'lock table idempotent_answer in share mode', 'relation');
      expect(killed.status).toBe(503);
      expect(killed.headers['retry-after']).toBeDefined();
      expect(await countAnswers()).toBe(before);
      expect(await readStatuses(open(), hold.reservation)).toEqual(['held']);
      const again = await once();
      expect(again.status, again.text).toBe(status);
      expect((await once()).text).toBe(again.text);
      expect(await countAnswers()).toBe(before + 1);
    },
  );

  it('a hold, killed while it waits for its slot, succeeds when repeated', async () => {
    const hold = await makeHold(open(), instances);
    const once = () => holdOther(instances, hold, nextKey(hold));
    const locking = `select from slot where id = ${hold.otherSlot} for update`;
    expect((await killWaiting(once, locking, 'transactionid')).status).toBe(503);
    expect((await once()).status).toBe(201);
  });

  it('an instance replaces all of its connections when they are ended in use', async () => {
    const hold = await makeHold(open(), instances);
    await using blocker = await openSecondConnection(open());
    await blocker.query('begin');
    await blocker.query('lock table client in share mode');
    const answering = Array.from({ length: 20 }, (_, n) => createClient(instances, hold, `all-${n}`));
    await blocker.untilWaiting(10);
    await blocker.terminateWaiting('relation');
    await blocker.query('rollback');
    const statuses = (await Promise.all(answering)).map((answer) => answer.status);
    expect(statuses.filter((status) => status === 503)).toHaveLength(10);
    expect(statuses.filter((status) => status === 201)).toHaveLength(10);
  });
});
