import { beforeAll, expect, it } from 'vitest';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import { EXPIRY, NOW } from '../support/bookings/expiring-hold.ts';
import { addClients, addSlots } from '../support/database/seed-tables.ts';
import { eachDatabase } from '../support/database/test-database.ts';
import { ask, openTestApp } from '../support/server/test-app.ts';

/** An expired hold frees its slot at the instant it expires, whether or not a sweep has run. */
eachDatabase('a sweep', (open) => {
  let app: HttpServer;
  beforeAll(async () => {
    app = await openTestApp(open().database);
  });

  async function slotOnceHeld(holds: number): Promise<{ slot: number; client: number }> {
    await open().clock.freeze(NOW);
    const [slot = 0] = await addSlots(open().database, 1, holds);
    const [client = 0] = await addClients(open().database, 1);
    for (let n = 0; n < holds; n += 1) {
      await ask(app, 'POST', '/api/v1/reservations', { client_id: client, slot_id: slot });
    }
    await open().clock.freeze(EXPIRY);
    return { slot, client };
  }

  const read = async (slot: number) => (await ask(app, 'GET', `/api/v1/slots/${slot}`)).body as { version: number };

  it.each([1, 3])('a slot with %s expired holds reads the same before and after a sweep', async (holds) => {
    const { slot } = await slotOnceHeld(holds);
    const before = await read(slot);
    await ask(app, 'PUT', '/provider/expiredReservations');
    expect(await read(slot)).toEqual(before);
  });

  it.each([
    ['before', false],
    ['after', true],
  ])('a hold by a version that is read %s the sweep succeeds', async (_when, swept) => {
    const { slot, client } = await slotOnceHeld(1);
    if (swept) await ask(app, 'PUT', '/provider/expiredReservations');
    const { version } = await read(slot);
    const answer = await ask(app, 'POST', '/api/v1/reservations', { client_id: client, slot_id: slot, version });
    expect(answer.status, answer.text).toBe(201);
  });

  it('a hold by a version from before the expiry returns 409', async () => {
    const { slot, client } = await slotOnceHeld(1);
    await open().clock.freeze(NOW);
    const { version } = await read(slot);
    await open().clock.freeze(EXPIRY);
    const answer = await ask(app, 'POST', '/api/v1/reservations', { client_id: client, slot_id: slot, version });
    expect(answer.body).toMatchObject({ status: 409, type: 'urn:holdfast:problem:slot-version-moved-on' });
  });
});
