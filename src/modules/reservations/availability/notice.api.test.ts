import { expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../../test/support/server/test-app.ts';

eachDatabase('without a minimum notice, but with a grace', (open) => {
  it('a hold of a slot that has begun, or a move to it, returns 422', async () => {
    await open().clock.freeze('2026-11-02T08:00:00Z');
    const app = await openTestApp(open().database, { MIN_NOTICE: '0s', MIN_NOTICE_GRACE: '5m' });
    const jane = { first_name: 'Jane', last_name: 'Doe' };
    const { provider_id } = (await ask(app, 'POST', '/provider/create', jane)).body as { provider_id: number };
    const { client_id } = (await ask(app, 'POST', '/client/create', jane)).body as { client_id: number };
    const range = { provider_id, start_time: '2026-11-02 08:00', end_time: '2026-11-02 08:30' };
    const offered = await ask(app, 'POST', '/provider/availability', range);
    const [begun, later] = (offered.body as { 'available timeslots': { timeslot_id: number }[] })[
      'available timeslots'
    ];
    await open().clock.freeze('2026-11-02T08:01:00Z');

    const hold = (timeslot_id?: number) => ask(app, 'POST', '/client/reserve', { client_id, timeslot_id });
    expect((await hold(begun?.timeslot_id)).status).toBe(422);
    const held = await hold(later?.timeslot_id);
    const { reservation_id } = (held.body as { 'Reservation scheduled': { reservation_id: number } })[
      'Reservation scheduled'
    ];
    const move = { client_id, slot_id: begun?.timeslot_id };
    expect((await ask(app, 'POST', `/api/v1/reservations/${reservation_id}/reschedule`, move)).status).toBe(422);
  });
});
