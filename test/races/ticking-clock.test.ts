import { beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import { type FinalTables, readTables } from '../support/bookings/checker/history.ts';
import { checkTables, type Violation } from '../support/bookings/checker/table-checker.ts';
import { EXPIRY, NOW } from '../support/bookings/expiring-hold.ts';
import { exactly } from '../support/bookings/model/expected-shapes.ts';
import { dropConstraint, replaceInFunction } from '../support/database/break-function.ts';
import { addClients, addSlots } from '../support/database/seed-tables.ts';
import { eachDatabase, eitherKind, openTestDatabase, type TestDatabase } from '../support/database/test-database.ts';
import { type Answered, ask, openTestApp } from '../support/server/test-app.ts';

/** More readings of the clock than any request makes. */
const READINGS = 8;
const EXPIRY_MICROS = Date.parse(EXPIRY) * 1_000;

interface Hold {
  readonly client: number;
  readonly rival: number;
  readonly slots: readonly number[];
  readonly reservation: number;
}

async function makeHold({ database, clock }: TestDatabase, app: HttpServer): Promise<Hold> {
  await clock.freeze(NOW);
  const slots = await addSlots(database, 2);
  const [client = 0, rival = 0] = await addClients(database, 2);
  const answer = await ask(app, 'POST', '/api/v1/reservations', { client_id: client, slot_id: slots[0] });
  return { client, rival, slots, reservation: (answer.body as { reservation_id: number }).reservation_id };
}

function onlyOf({ slots }: Hold, { slots: all, reservations, events }: FinalTables): FinalTables {
  return {
    slots: all.filter((row) => slots.includes(row.id)),
    reservations: reservations.filter((row) => slots.includes(row.slot)),
    events: events.filter((row) => slots.includes(row.slot)),
  };
}

type Send = (app: HttpServer, hold: Hold) => Promise<Answered>;

const change =
  (verb: string, more: (hold: Hold) => object = () => ({})): Send =>
  (app, hold) => {
    const body = { client_id: hold.client, ...more(hold) };
    return ask(app, 'POST', `/api/v1/reservations/${hold.reservation}/${verb}`, body);
  };

const withdraw =
  (reservations: string): Send =>
  async (app, hold) => {
    const slot = await ask(app, 'GET', `/api/v1/slots/${hold.slots[0]}`);
    const { provider_id, start_time, end_time } = slot.body as Record<string, string>;
    const query = `start=${start_time}&end=${end_time}&reservations=${reservations}`;
    return ask(app, 'DELETE', `/api/v1/providers/${provider_id}/availability?${query}`);
  };

const holdByRival: Send = (app, { rival, slots }) =>
  ask(app, 'POST', '/client/reserve', { client_id: rival, timeslot_id: slots[0] });

/**
 * A hold can expire between any two readings of the clock in a request. So the clock advances with every reading, and
 * the request is sent once for each reading that may be the first after the expiry.
 *
 * @returns the status, the hold's states and the broken invariants of each request
 */
async function expireAtEachReading(test: TestDatabase, app: HttpServer, send: Send) {
  const outcomes: { status: number; states: string[]; violations: Violation[] }[] = [];
  for (let readings = 0; readings <= READINGS; readings += 1) {
    const hold = await makeHold(test, app);
    await test.clock.tick(exactly(EXPIRY_MICROS - readings));
    const { status } = await send(app, hold);
    await test.clock.freeze(NOW);
    const tables = onlyOf(hold, await readTables(test.database));
    const events = tables.events.filter((event) => event.reservation === hold.reservation);
    outcomes.push({ status, states: events.map((event) => event.status), violations: checkTables(tables) });
  }
  return outcomes;
}

eachDatabase('a hold that expires during a request', (open) => {
  let app: HttpServer;
  beforeAll(async () => {
    app = await openTestApp(open().database);
  });

  it.each([
    ['a confirm', change('confirm')],
    ['a cancel', change('cancel')],
    ['an extension', change('extend')],
    ['a reschedule', change('reschedule', ({ slots }) => ({ slot_id: slots[1] }))],
    ['a withdrawal that cancels', withdraw('cancel')],
    ['a withdrawal that keeps', withdraw('keep')],
    ['a sweep', (on: HttpServer) => ask(on, 'PUT', '/provider/expiredReservations')],
    ['a hold', holdByRival],
  ])('a hold that expires during %s keeps its invariants', async (_name, send) => {
    const outcomes = await expireAtEachReading(open(), app, send);
    expect(outcomes.flatMap((outcome) => outcome.violations)).toEqual([]);
    expect(outcomes.filter((outcome) => outcome.status >= 500)).toEqual([]);
    // Some of the readings were before the expiry and some after it, or the test has missed it.
    const kinds = new Set(outcomes.map(({ status, states }) => `${status} ${states}`));
    expect(kinds.size, [...kinds].join('; ')).toBeGreaterThan(1);
  });
});

describe('a confirm that reads the clock again after its decision', () => {
  async function confirmAtEachReading({ dropped }: { dropped: boolean }) {
    await using test = await openTestDatabase(eitherKind());
    const again = 'decided_at = holdfast_clock(), changed_at = holdfast_clock()';
    await replaceInFunction(test.database, 'confirm_reservations', 'decided_at = v_now, changed_at = v_now', again);
    if (dropped) await dropConstraint(test.database, 'reservation', 'reservation_decided_in_time');
    return await expireAtEachReading(test, await openTestApp(test.database), change('confirm'));
  }

  it('a confirm that reads the clock again violates the constraint on decided_at', async () => {
    const outcomes = await confirmAtEachReading({ dropped: false });
    expect(outcomes.filter((outcome) => outcome.status === 500)).not.toEqual([]);
  });

  it('a confirm that reads the clock again is found by the check of the tables, without the constraint', async () => {
    const outcomes = await confirmAtEachReading({ dropped: true });
    const late = 'was confirmed outside the life of its hold';
    expect(outcomes.flatMap((outcome) => outcome.violations.filter(({ what }) => what.endsWith(late)))).not.toEqual([]);
  });
});
