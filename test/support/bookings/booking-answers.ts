import type { Database } from '../../../src/platform/db/database.ts';
import { clockOf } from '../database/test-database.ts';
import { ask, openTestApp } from '../server/test-app.ts';

/** The time of the booking, at which the database's clock has to stand. */
export const BOOKED_AT = '2026-11-02T08:00:00Z';

/** The answers to a booking that is offered, listed by pages, held, moved and looked up. */
export async function answersToBooking(on: Database): Promise<unknown[]> {
  await clockOf(on)?.freeze(BOOKED_AT);
  const app = await openTestApp(on, { MIN_NOTICE: '0s' });
  const answers: unknown[] = [];
  const send = async (method: 'GET' | 'POST', path: string, body?: object) => {
    const { status, body: answer } = await ask(app, method, path, body);
    answers.push({ path, status, answer });
    return answer as Record<string, never>;
  };
  try {
    await send('POST', '/api/v1/providers', { first_name: 'Jane', last_name: 'Doe', time_zone: 'Europe/Berlin' });
    await send('POST', '/api/v1/clients', { first_name: 'Zoë', last_name: "O'Brien \\ {null}" });
    const ranges = [{ start_time: '2026-12-30T09:00:00Z', end_time: '2026-12-30T11:00:00Z' }];
    await send('POST', '/api/v1/providers/1/availability', { ranges });
    const { next_cursor } = await send('GET', '/api/v1/slots?provider_id=1&limit=3');
    await send('GET', `/api/v1/slots?provider_id=1&limit=3&cursor=${next_cursor}`);
    await send('POST', '/api/v1/reservations', { client_id: 1, slot_id: 1 });
    await send('POST', '/api/v1/reservations/1/reschedule', { client_id: 1, slot_id: 3 });
    await send('POST', '/api/v1/reservations/1/confirm', { client_id: 1 });
    await send('GET', '/api/v1/reservations/1');
    await send('GET', '/api/v1/reservations/1/history');
  } finally {
    await app.close();
  }
  return answers;
}
