import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as holds from '../support/bookings/expiring-hold.ts';
import { dropConstraint, replaceBody } from '../support/database/break-function.ts';
import { openSecondConnection, type SecondConnection } from '../support/database/second-connection.ts';
import { onPostgres, openTestDatabase, type TestDatabase } from '../support/database/test-database.ts';
import { type Instances, openInstances } from '../support/server/instances.ts';
import { ask } from '../support/server/test-app.ts';

/** What the session that stood in the way did with the reservation's row before it let go. */
const BLOCKERS = {
  'only locked the row': ['select from reservation where id = $1 for update', 'commit'],
  'locked it and rolled back': ['select from reservation where id = $1 for update', 'rollback'],
  'updated it': ['update reservation set quantity = quantity where id = $1', 'commit'],
  'updated it and rolled back': ['update reservation set quantity = quantity where id = $1', 'rollback'],
} as const;
type Blocker = keyof typeof BLOCKERS;
const blockers = Object.keys(BLOCKERS) as Blocker[];

/** Where a race is run: a database, the instances on it, and a session that stands in their way. */
interface Ring extends AsyncDisposable {
  readonly test: TestDatabase;
  readonly instances: Instances;
  readonly blocker: SecondConnection;
}

async function openRing(test: TestDatabase): Promise<Ring> {
  await using stack = new AsyncDisposableStack();
  const instances = stack.use(await openInstances(test, 3));
  const blocker = stack.use(await openSecondConnection(test));
  const owned = stack.move();
  return { test, instances, blocker, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function useRing(open: () => TestDatabase): () => Ring {
  let ring: Ring | undefined;
  beforeAll(async () => {
    ring = await openRing(open());
  });
  afterAll(() => ring?.[Symbol.asyncDispose]());
  return () => {
    if (ring === undefined) throw new Error('the ring is not open yet');
    return ring;
  };
}

/** Sends a request that has to wait for the reservation's row, moves the clock during the wait, lets it go on. */
async function raceTheClock(
  { test, instances, blocker }: Ring,
  how: Blocker,
  send: holds.Send,
  moveTo: string,
): Promise<{ answered: number; type: unknown; status: string }> {
  const hold = await holds.makeHold(test, instances);
  const [stand, letGo] = BLOCKERS[how];
  await blocker.query('begin');
  await blocker.query(stand, [hold.reservation]);
  const answering = send(instances, hold);
  await blocker.untilWaiting(1);
  await test.clock.freeze(moveTo);
  await blocker.query(letGo);
  const answer = await answering;
  const read = await ask(instances.at(1), 'GET', `/api/v1/reservations/${hold.reservation}`);
  const { type } = answer.body as { type?: unknown };
  return { answered: answer.status, type, status: (read.body as { status: string }).status };
}

onPostgres('a request that waits for a lock while the hold expires', (open) => {
  const ring = useRing(open);
  const requests: [string, holds.Send, string][] = [
    ['PUT /client/confirm', holds.confirmOnFixedPath, 'confirmed'],
    ['confirm', holds.confirm, 'confirmed'],
    ['cancel', holds.cancel, 'cancelled'],
    ['extend', holds.extend, 'held'],
    ['reschedule', holds.reschedule, 'held'],
  ];
  const cases = requests.flatMap(([name, send, then]) => blockers.map((how) => ({ name, how, send, then })));

  it.each(cases)('$name comes too late when the blocker $how', async ({ how, send }) => {
    const type = 'urn:holdfast:problem:hold-expired';
    const outcome = await raceTheClock(ring(), how, send, holds.EXPIRY);
    expect(outcome).toEqual({ answered: 410, type, status: 'expired' });
  });

  it.each(cases)('$name is in time one microsecond before, when the blocker $how', async ({ how, send, then }) => {
    const outcome = await raceTheClock(ring(), how, send, holds.LAST_MOMENT);
    expect(outcome).toEqual({ answered: 200, type: undefined, status: then });
  });

  it('no confirm of 40 is late', async () => {
    for (let trial = 0; trial < 40; trial += 1) {
      const how = blockers[trial % blockers.length] ?? 'updated it';
      const outcome = await raceTheClock(ring(), how, holds.confirm, holds.EXPIRY);
      expect(outcome).toMatchObject({ answered: 410, status: 'expired' });
    }
  });
});

/** confirm_reservations as one `UPDATE … WHERE expires_at > …`, and other ways to decide by a time of too early. */
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
    select ask.place::integer, case when m.id is null then 'expired' else 'confirmed' end, m.id, m.slot_id, m.client_id,
           m.quantity, m.held_at, m.expires_at, m.decided_at, m.status, m.pax, s.provider_id, s.starts_at, s.ends_at,
           s.name, m.price_amount, m.price_currency
      from unnest(p_reservation) with ordinality as ask (reservation_id, place)
      left join moved m on m.id = ask.reservation_id
      left join slot s on s.id = m.slot_id;
end
`;
}

onPostgres('late confirms are found', (open) => {
  const ring = useRing(open);

  async function raceWith(body: string, how: Blocker) {
    await replaceBody(open().database, 'confirm_reservations', body);
    return raceTheClock(ring(), how, holds.confirm, holds.EXPIRY);
  }

  // The constraint on decided_at stays in these: PostgreSQL computes the new row before it waits for the old one's
  // lock, so decided_at is of before the wait too, and the constraint sees nothing wrong.
  it.each(blockers)('where one UPDATE decides by the time of its start, and the blocker %s', async (how) => {
    const body = confirmBody({ decidedAt: 'v_start', after: 'v_start' });
    expect(await raceWith(body, how)).toMatchObject({ answered: 200, status: 'confirmed' });
  });

  it.each(blockers)('where one UPDATE reads the clock at each row, and the blocker %s', async (how) => {
    const body = confirmBody({ decidedAt: 'holdfast_clock()', after: 'holdfast_clock()' });
    // Only a row that was changed is looked at again after the wait.
    const found = how === 'updated it' ? { answered: 410 } : { answered: 200, status: 'confirmed' };
    expect(await raceWith(body, how)).toMatchObject(found);
  });

  describe('where the row is locked first, but the clock that decides was read before', () => {
    const first = 'perform from reservation where id = any (p_reservation) order by id for no key update;';
    const body = confirmBody({ first, decidedAt: 'holdfast_clock()', after: 'v_start' });

    it('and then the constraint on decided_at stops them', async () => {
      expect(await raceWith(body, 'only locked the row')).toMatchObject({ answered: 500, status: 'expired' });
    });

    it('with nothing left to stop them', async () => {
      await using test = await openTestDatabase('postgres');
      await replaceBody(test.database, 'confirm_reservations', body);
      await dropConstraint(test.database, 'reservation', 'reservation_decided_in_time');
      await using bare = await openRing(test);
      const outcome = await raceTheClock(bare, 'only locked the row', holds.confirm, holds.EXPIRY);
      expect(outcome).toMatchObject({ answered: 200, status: 'confirmed' });
    });
  });
});
