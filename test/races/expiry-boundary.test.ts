import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as holds from '../support/bookings/expiring-hold.ts';
import { dropConstraint, replaceBody } from '../support/database/break-function.ts';
import { openSecondConnection, type SecondConnection } from '../support/database/second-connection.ts';
import { onPostgres, openTestDatabase, type TestDatabase } from '../support/database/test-database.ts';
import { type Instances, openInstances } from '../support/server/instances.ts';
import { ask } from '../support/server/test-app.ts';

/** Statements of the blocking session: the first locks the reservation's row, the second releases it. */
const BLOCKERS = {
  'only locked the row': ['select from reservation where id = $1 for update', 'commit'],
  'locked it and rolled back': ['select from reservation where id = $1 for update', 'rollback'],
  'updated it': ['update reservation set quantity = quantity where id = $1', 'commit'],
  'updated it and rolled back': ['update reservation set quantity = quantity where id = $1', 'rollback'],
} as const;
type Blocker = keyof typeof BLOCKERS;
const blockers = Object.keys(BLOCKERS) as Blocker[];

/** A database, three instances on it, and a session that blocks them. */
interface Fixture extends AsyncDisposable {
  readonly test: TestDatabase;
  readonly instances: Instances;
  readonly blocker: SecondConnection;
}

async function openFixture(test: TestDatabase): Promise<Fixture> {
  await using stack = new AsyncDisposableStack();
  const instances = stack.use(await openInstances(test, 3));
  const blocker = stack.use(await openSecondConnection(test));
  const owned = stack.move();
  return { test, instances, blocker, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function useFixture(open: () => TestDatabase): () => Fixture {
  let fixture: Fixture | undefined;
  beforeAll(async () => {
    fixture = await openFixture(open());
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());
  return () => {
    if (fixture === undefined) throw new Error('the fixture is not open yet');
    return fixture;
  };
}

/** Sends a request that waits for the reservation's row, moves the clock during the wait, and ends the wait. */
async function raceTheClock(
  { test, instances, blocker }: Fixture,
  how: Blocker,
  send: holds.Send,
  moveTo: string,
): Promise<{ answered: number; type: unknown; status: string }> {
  const hold = await holds.makeHold(test, instances);
  const [lock, release] = BLOCKERS[how];
  await blocker.query('begin');
  await blocker.query(lock, [hold.reservation]);
  const answering = send(instances, hold);
  await blocker.untilWaiting(1);
  await test.clock.freeze(moveTo);
  await blocker.query(release);
  const answer = await answering;
  const read = await ask(instances.at(1), 'GET', `/api/v1/reservations/${hold.reservation}`);
  const { type } = answer.body as { type?: unknown };
  return { answered: answer.status, type, status: (read.body as { status: string }).status };
}

onPostgres('a request that waits for a lock while the hold expires', (open) => {
  const fixture = useFixture(open);
  const EXPIRED = { refusal: 410, type: 'hold-expired' } as const;
  const ENDED = { refusal: 409, type: 'already-ended' } as const;
  const requests = [
    { name: 'PUT /client/confirm', send: holds.confirmOnFixedPath, becomes: 'confirmed', ...EXPIRED },
    { name: 'confirm', send: holds.confirm, becomes: 'confirmed', ...EXPIRED },
    { name: 'cancel', send: holds.cancel, becomes: 'cancelled', ...ENDED },
    { name: 'extend', send: holds.extend, becomes: 'held', ...EXPIRED },
    { name: 'reschedule', send: holds.reschedule, becomes: 'held', ...EXPIRED },
  ];
  const cases = requests.flatMap((request) => blockers.map((how) => ({ ...request, how })));

  it.each(cases)('$name at the instant of expiry returns $refusal, when the blocker $how', async (each) => {
    const outcome = await raceTheClock(fixture(), each.how, each.send, holds.EXPIRY);
    const type = `urn:holdfast:problem:${each.type}`;
    expect(outcome).toEqual({ answered: each.refusal, type, status: 'expired' });
  });

  it.each(cases)(
    '$name one microsecond before the expiry returns 200, when the blocker $how',
    async ({ how, send, becomes }) => {
      const outcome = await raceTheClock(fixture(), how, send, holds.LAST_MOMENT);
      expect(outcome).toEqual({ answered: 200, type: undefined, status: becomes });
    },
  );

  it('none of 40 confirms at the instant of expiry succeeds', async () => {
    for (let trial = 0; trial < 40; trial += 1) {
      const how = blockers[trial % blockers.length] ?? 'updated it';
      const outcome = await raceTheClock(fixture(), how, holds.confirm, holds.EXPIRY);
      expect(outcome).toMatchObject({ answered: 410, status: 'expired' });
    }
  });
});

/** A body of confirm_reservations that decides in a single UPDATE, or by a time from before the wait for the lock. */
function confirmBody(update: { decidedAt: string; after: string; first?: string }): string {
  return `
#variable_conflict use_column
declare
  v_start timestamptz := holdfast_clock();
begin
  ${update.first ?? ''}
  return query
    with moved as (
      update reservation r set status = 'confirmed', decided_at = ${update.decidedAt}, changed_at = holdfast_clock()
       where r.id = any (p_reservation) and r.status = 'held' and r.expires_at > ${update.after}
      returning r.*)
    select request.place::integer, case when m.id is null then 'expired' else 'confirmed' end, m.id, m.slot_id,
           s.provider_id, m.client_id, m.quantity, m.status, s.starts_at, s.ends_at, m.held_at, m.expires_at,
           m.decided_at, m.price_amount, m.price_currency, s.name, m.pax
      from unnest(p_reservation) with ordinality as request (reservation_id, place)
      left join moved m on m.id = request.reservation_id
      left join slot s on s.id = m.slot_id;
end
`;
}

onPostgres('as a negative control, a confirm at the instant of expiry succeeds', (open) => {
  const fixture = useFixture(open);

  async function raceWithBody(body: string, how: Blocker) {
    await replaceBody(open().database, 'confirm_reservations', body);
    return raceTheClock(fixture(), how, holds.confirm, holds.EXPIRY);
  }

  // The constraint on decided_at does not help here: PostgreSQL computes the new row before it waits for the lock, so
  // decided_at is a time from before the wait too.
  it.each(blockers)(
    'a single UPDATE that decides by the time of its start is late, when the blocker %s',
    async (how) => {
      const body = confirmBody({ decidedAt: 'v_start', after: 'v_start' });
      expect(await raceWithBody(body, how)).toMatchObject({ answered: 200, status: 'confirmed' });
    },
  );

  it.each(blockers)(
    'a single UPDATE that reads the clock is late unless the row changed, when the blocker %s',
    async (how) => {
      const body = confirmBody({ decidedAt: 'holdfast_clock()', after: 'holdfast_clock()' });
      // PostgreSQL evaluates the condition again only for a row that was changed during the wait.
      const expected = how === 'updated it' ? { answered: 410 } : { answered: 200, status: 'confirmed' };
      expect(await raceWithBody(body, how)).toMatchObject(expected);
    },
  );

  describe('with a clock that is read before the lock', () => {
    const first = 'perform from reservation where id = any (p_reservation) order by id for no key update;';
    const body = confirmBody({ first, decidedAt: 'holdfast_clock()', after: 'v_start' });

    it('a confirm by a clock from before the lock violates the constraint on decided_at', async () => {
      expect(await raceWithBody(body, 'only locked the row')).toMatchObject({ answered: 500, status: 'expired' });
    });

    it('a confirm by a clock from before the lock is late, without the constraint', async () => {
      await using test = await openTestDatabase('postgres');
      await replaceBody(test.database, 'confirm_reservations', body);
      await dropConstraint(test.database, 'reservation', 'reservation_decided_in_time');
      await using unguarded = await openFixture(test);
      const outcome = await raceTheClock(unguarded, 'only locked the row', holds.confirm, holds.EXPIRY);
      expect(outcome).toMatchObject({ answered: 200, status: 'confirmed' });
    });
  });
});
