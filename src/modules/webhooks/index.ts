export {
  insertTestEvent,
  listDeliveries,
  replayDeliveries,
  replayDelivery,
} from './registry/delivery-list.ts';
export { countUnreadableSecrets } from './registry/secret-store.ts';
export { createWebhook, readTimeRange, replaceSecret } from './registry/webhook-requests.ts';
export {
  type DeliveryResponse,
  toDeliveryResponse,
  toWebhookResponse,
  type WebhookResponse,
} from './registry/webhook-response.ts';
export { deleteWebhook, listWebhooks } from './registry/webhook-store.ts';
export { addWebhooksRoutes } from './routes.ts';
export { SecretBox } from './sealed-secret.ts';
export type { WebhooksDeps } from './webhooks-deps.ts';
