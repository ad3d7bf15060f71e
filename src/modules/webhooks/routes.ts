import type { HttpServer } from '../../platform/http/http-server.ts';
import { addDeliveryRoutes } from './registry/delivery-routes.ts';
import { addWebhookRoutes } from './registry/webhook-routes.ts';
import type { WebhooksDeps } from './registry/webhooks-deps.ts';

/** Routes of webhooks and their deliveries. */
export function addWebhooksRoutes(app: HttpServer, deps: WebhooksDeps): void {
  addWebhookRoutes(app, deps);
  addDeliveryRoutes(app, deps);
}
