import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as holds from '../support/bookings/expiring-hold.ts';
import { openSecondConnection } from '../support/database/second-connection.ts';
import { onPostgres } from '../support/database/test-database.ts';
import { type Instances, openInstances } from '../support/server/instances.ts';
import type { Answered } from '../support/server/test-app.ts';

const TRIALS = 10;

onPostgres('at the very instant a hold expires', (open) => {
  let instances: Instances;
  beforeAll(async () => {
    instances = await openInstances(open(), 3);
  });
  afterAll(() => instances[Symbol.asyncDispose]());

  /** Sends early requests, which wait for locks; moves the clock; sends late ones, which wait too; ends the wait. */
  async function rush(hold: holds.ExpiringHold, early: holds.Send[], moveTo: string, late: holds.Send[]) {
    await using blocker = await openSecondConnection(open());
    await blocker.query('begin');
    await blocker.query('select from slot where id = $1 for update', [hold.slot]);
    await blocker.query('select from reservation where id = $1 for update', [hold.reservation]);
    const answering = early.map((send) => send(instances, hold));
    await blocker.untilWaiting(early.length);
    await open().clock.freeze(moveTo);
    answering.push(...late.map((send) => send(instances, hold)));
    await blocker.untilWaiting(early.length + late.length);
    await blocker.query('commit');
    return (await Promise.all(answering)).map((answer) => answer.status);
  }

  it('at the instant of expiry its client is refused, and one other client gets the slot', async () => {
    const { confirm, cancel, extend, reschedule, holdByRival, sweep } = holds;
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const hold = await holds.makeHold(open(), instances);
      const early = [confirm, cancel, extend, reschedule, holdByRival];
      const answers = await rush(hold, early, holds.EXPIRY, [sweep, holdByRival, sweep]);
      expect(answers.slice(0, 4)).toEqual([410, 409, 410, 410]);
      expect([answers[4], answers[6]].toSorted()).toEqual([201, 409]);
      expect([answers[5], answers[7]]).toEqual([200, 200]);
      expect(await holds.readStatuses(open(), hold.reservation)).toEqual(['held', 'expired']);
      expect(await holds.readUnits(open(), hold.slot)).toEqual({ live: 1, claimed: 1 });
    }
  });

  it('one microsecond before the expiry, confirm and cancel answer by their order, and a cancel frees the slot', async () => {
    const { confirm, cancel, holdByRival, sweep } = holds;
    const seen = new Set<string>();
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const hold = await holds.makeHold(open(), instances);
      const early = trial % 2 === 0 ? [confirm, cancel, holdByRival] : [holdByRival, cancel, confirm];
      const answers = await rush(hold, early, holds.LAST_MOMENT, []);
      const [confirmed, cancelled, held] = trial % 2 === 0 ? answers : answers.toReversed();
      expect((await sweep(instances, hold)).status).toBe(200);
      expect(cancelled).toBe(200);
      const states = await holds.readStatuses(open(), hold.reservation);
      if (confirmed === 200) expect(states).toEqual(['held', 'confirmed', 'cancelled']);
      else expect([confirmed, states]).toEqual([409, ['held', 'cancelled']]);
      const units = held === 201 ? 1 : 0;
      expect(await holds.readUnits(open(), hold.slot)).toEqual({ live: units, claimed: units });
      seen.add(String(answers));
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  it('a sweep and a hold that find an expired hold at the same time end it once', async () => {
    const { holdByRival, sweep } = holds;
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const hold = await holds.makeHold(open(), instances);
      const late = trial % 2 === 0 ? [sweep, holdByRival, sweep] : [holdByRival, sweep, sweep];
      const answers = await rush(hold, [], holds.EXPIRY, late);
      expect(answers.toSorted()).toEqual([200, 200, 201]);
      expect(await holds.readStatuses(open(), hold.reservation)).toEqual(['held', 'expired']);
      expect(await holds.readUnits(open(), hold.slot)).toEqual({ live: 1, claimed: 1 });
    }
  });
});

onPostgres('a request that waits for another one, which has decided and not yet committed', (open) => {
  let instances: Instances;
  beforeAll(async () => {
    instances = await openInstances(open(), 3);
  });
  afterAll(() => instances[Symbol.asyncDispose]());

  type Ending = 'commits' | 'is killed';
  interface Meeting {
    readonly hold: holds.ExpiringHold;
    /** The answer to the request that decided first. */
    readonly first: Answered;
    /** The answer to the request that waited for it. */
    readonly second: Answered;
  }

  /**
   * The first request has an Idempotency-Key, and the table for its answer is locked. So it decides and writes, and
   * waits before its commit. The second request then waits for the locks of the first.
   */
  async function meet(
    [first, firstAt]: [holds.Send, string],
    [second, secondAt]: [holds.Send, string],
    ending: Ending,
  ): Promise<Meeting> {
    const hold = await holds.makeHold(open(), instances);
    await using blocker = await openSecondConnection(open());
    await open().clock.freeze(firstAt);
    await blocker.query('begin');
    await blocker.query('lock table idempotent_answer in share mode');
    const firstAnswering = first(instances, hold, `meeting-${hold.reservation}`);
    await blocker.untilWaiting(1);
    await open().clock.freeze(secondAt);
    const secondAnswering = second(instances, hold);
    await blocker.untilWaiting(2);
    if (ending === 'is killed') await blocker.terminateWaiting('relation');
    await blocker.query('commit');
    return { hold, first: await firstAnswering, second: await secondAnswering };
  }

  it.each([
    ['commits', 200, 409, ['held', 'confirmed']],
    ['is killed', 503, 201, ['held', 'expired']],
  ] as const)(
    'a hold after the expiry waits for a confirm in time that %s',
    async (ending, confirmed, held, states) => {
      const { hold, first, second } = await meet(
        [holds.confirm, holds.LAST_MOMENT],
        [holds.holdByRival, holds.EXPIRY],
        ending,
      );
      expect([first.status, second.status]).toEqual([confirmed, held]);
      expect(await holds.readStatuses(open(), hold.reservation)).toEqual(states);
      expect(await holds.readUnits(open(), hold.slot)).toEqual({ live: 1, claimed: 1 });
    },
  );

  it.each([
    ['commits', 201, 1, ['held', 'expired']],
    ['is killed', 503, 0, ['held']],
  ] as const)('a confirm waits for a hold after the expiry that %s', async (ending, held, live, states) => {
    const { hold, first, second } = await meet(
      [holds.holdByRival, holds.EXPIRY],
      [holds.confirm, holds.EXPIRY],
      ending,
    );
    expect([first.status, second.status]).toEqual([held, 410]);
    expect(await holds.readStatuses(open(), hold.reservation)).toEqual(states);
    expect(await holds.readUnits(open(), hold.slot)).toMatchObject({ claimed: 1 });
    await holds.sweep(instances, hold);
    expect(await holds.readStatuses(open(), hold.reservation)).toEqual(['held', 'expired']);
    expect(await holds.readUnits(open(), hold.slot)).toEqual({ live, claimed: live });
  });

  it.each([
    ['commits', 200, 201, ['held', 'cancelled']],
    ['is killed', 503, 409, ['held']],
  ] as const)('a hold waits for a cancel that %s', async (ending, cancelled, held, states) => {
    const { hold, first, second } = await meet(
      [holds.cancel, holds.LAST_MOMENT],
      [holds.holdByRival, holds.LAST_MOMENT],
      ending,
    );
    expect([first.status, second.status]).toEqual([cancelled, held]);
    expect(await holds.readStatuses(open(), hold.reservation)).toEqual(states);
    expect(await holds.readUnits(open(), hold.slot)).toEqual({ live: 1, claimed: 1 });
  });

  describe('a sweep after the expiry', () => {
    it.each([
      ['a confirm in time', holds.confirm, ['held', 'confirmed']],
      ['an extension in time', holds.extend, ['held', 'held']],
    ] as const)('a sweep after the expiry does not end a hold that %s has changed', async (_what, send, states) => {
      const { hold, first, second } = await meet([send, holds.LAST_MOMENT], [holds.sweep, holds.EXPIRY], 'commits');
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(await holds.readStatuses(open(), hold.reservation)).toEqual(states);
      expect(await holds.readUnits(open(), hold.slot)).toEqual({ live: 1, claimed: 1 });
    });
  });
});
