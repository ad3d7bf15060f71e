export { startDeliveryRetention } from './deliveries/delivery-retention.ts';
export { startDeliveries } from './deliveries/start-deliveries.ts';
export { traceDeliveries } from './deliveries/trace-deliveries.ts';
export { watchDeliveries } from './deliveries/watch-deliveries.ts';
export { EVENT_PREFIXES } from './event-filter.ts';
export { eraseCustomerFromEvents } from './outbox/erase-customer.ts';
export {
  DELIVERY_STATUSES,
  insertTestEvent,
  listDeliveries,
  replayDeliveries,
  replayDelivery,
} from './registry/delivery-list.ts';
export { countUnreadableSecrets, rotateSecret } from './registry/secret-store.ts';
export { createWebhook, readTimeRange } from './registry/webhook-requests.ts';
export {
  type DeliveryResponse,
  toDeliveryResponse,
  toWebhookResponse,
  type WebhookResponse,
} from './registry/webhook-response.ts';
export { deleteWebhook, listWebhooks } from './registry/webhook-store.ts';
export type { WebhooksDeps } from './registry/webhooks-deps.ts';
export { addWebhooksRoutes } from './routes.ts';
export { SecretBox } from './sealed-secret.ts';
