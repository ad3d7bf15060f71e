import { createClient } from '../../../client/index.ts';
import { until } from '../server/until.ts';
import { WEBHOOK_SECRET } from '../webhooks/add-webhook.ts';
import { type Received, startReceiver } from '../webhooks/receiver.ts';
import type { ObservedServer } from './observed-server.ts';

/** Length of the slots that are held, in milliseconds. */
const SLOT_MS = 900_000;

/**
 * Uses everything that has metrics once or a few times: holds that are confirmed, that end, and that are refused; reads
 * from memory; a webhook's delivery; a request without credentials.
 *
 * @returns the requests that the webhook received
 */
export async function sendTraffic(
  { url, operator }: ObservedServer,
  holdTtlMs: number,
  { slots: count, reads } = { slots: 20, reads: 20 },
): Promise<readonly Received[]> {
  await using receiver = await startReceiver(WEBHOOK_SECRET);
  const { webhook_id } = await operator.post('/api/v1/webhooks', {
    body: { url: receiver.url, events: ['reservation.*'] },
  });
  const { provider_id } = await operator.post('/api/v1/providers', {
    body: { first_name: 'Jake', last_name: 'Black' },
  });
  const { client_id } = await operator.post('/api/v1/clients', { body: { first_name: 'Jane', last_name: 'Doe' } });
  const start = Date.UTC(2031, 0, 1);
  const time = (slot: number) => new Date(start + slot * SLOT_MS).toISOString().replace('.000', '');
  const { slots } = await operator.post('/api/v1/providers/{id}/availability', {
    path: { id: provider_id },
    body: { ranges: [{ start_time: time(0), end_time: time(count) }] },
  });
  const held = await Promise.all(
    slots.map(({ slot_id }) => operator.post('/api/v1/reservations', { body: { client_id, slot_id } })),
  );
  await Promise.all(
    held
      .slice(0, count / 2)
      .map(({ reservation_id: id }) =>
        operator.post('/api/v1/reservations/{id}/confirm', { path: { id }, body: { client_id } }),
      ),
  );
  const { vehicle } = await operator.post('/vehicles', { body: { make: 'AUDI', model: 'A4', state: 'selling' } });
  for (let read = 0; read < reads; read += 1) {
    await operator.get('/client/getProviderAvailability', { query: { provider_id } });
    await operator.get('/api/items');
    await operator.get('/vehicles/{id}/timestamp/{timestamp}', { path: { id: vehicle.id, timestamp: '2031-01-01' } });
    await operator.get('/orders/{page}', { path: { page: 1 } });
  }
  await createClient({ baseUrl: url, maxTries: 1 })
    .get('/api/v1/whoami')
    .catch(() => {});
  const ended = () => receiver.received.filter(({ type }) => type === 'reservation.expired').length;
  await until('the webhook receives the ends of the holds', () => ended() === count / 2, holdTtlMs + 20_000);
  await operator.delete('/api/v1/webhooks/{id}', { path: { id: webhook_id } });
  return receiver.received;
}
