export { startWebhooks, type WebhooksDeps } from './start-webhooks.ts';
