import { query } from '../api/queries.ts';
import type { WebhookChanges, WebhookRequest } from '../api/resources.ts';
import { server } from '../api/server.ts';

/** The requests of this view. They are loaded with it. */

const { get } = server.exchange;
/** The server has no more than this number of webhooks. */
const MAX_WEBHOOKS = 1_000;
const DELIVERIES_PER_PAGE = 20;

export type DeliveryFilter = 'all' | 'pending' | 'delivered' | 'failed';

export const webhookListQuery = () =>
  query(['webhooks', 'list'], (options) => get('/api/v1/webhooks', { query: { limit: MAX_WEBHOOKS }, ...options }));

export const webhookQuery = (id: number) =>
  query(['webhooks', 'one', id], (options) => get('/api/v1/webhooks/{id}', { path: { id }, ...options }));

/** @param cursor of the page; `undefined` for the newest deliveries */
export const deliveryPageQuery = (id: number, filter: DeliveryFilter, cursor: string | undefined) =>
  query(['webhooks', 'deliveries', id, filter, cursor ?? ''], (options) =>
    get('/api/v1/webhooks/{id}/deliveries', {
      path: { id },
      query: { status: filter === 'all' ? undefined : filter, cursor, limit: DELIVERIES_PER_PAGE },
      ...options,
    }),
  );

export const deliveryQuery = (id: number, delivery_id: number) =>
  query(['webhooks', 'delivery', id, delivery_id], (options) =>
    get('/api/v1/webhooks/{id}/deliveries/{delivery_id}', { path: { id, delivery_id }, ...options }),
  );

export function createWebhook(body: WebhookRequest) {
  return server.post('/api/v1/webhooks', { body });
}

export function changeWebhook(id: number, body: WebhookChanges) {
  return server.patch('/api/v1/webhooks/{id}', { path: { id }, body });
}

export function deleteWebhook(id: number) {
  return server.delete('/api/v1/webhooks/{id}', { path: { id } });
}

export async function fetchSecret(id: number): Promise<string> {
  const { secret } = await server.get('/api/v1/webhooks/{id}/secret', { path: { id } });
  return secret;
}

export async function rotateSecret(id: number): Promise<string> {
  const { secret } = await server.post('/api/v1/webhooks/{id}/rotate-secret', { path: { id } });
  // A repeated request is answered without the secret.
  return secret ?? fetchSecret(id);
}

export function sendTestEvent(id: number) {
  return server.post('/api/v1/webhooks/{id}/test', { path: { id } });
}

/** @param until the last moment; `undefined` for now */
export function replayRange(id: number, since: string, until: string | undefined) {
  return server.post('/api/v1/webhooks/{id}/replay', {
    path: { id },
    body: { since, ...(until !== undefined && { until }) },
  });
}

export function replayDelivery(id: number, delivery_id: number) {
  return server.post('/api/v1/webhooks/{id}/deliveries/{delivery_id}/replay', { path: { id, delivery_id } });
}
