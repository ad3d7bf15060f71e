export type * from './api.ts';
export type { EventOptions, EventTopic, HoldfastEvent } from './events/event-stream.ts';
export { type ClientOptions, createClient, type HoldfastClient } from './holdfast-client.ts';
export { HoldfastProblem, readProblem } from './holdfast-problem.ts';
export type { Exchange, Extras } from './typed-calls.ts';
export type { WebhookHeaders } from './webhooks/signed-headers.ts';
export { type VerifyOptions, verifyWebhook } from './webhooks/verify-webhook.ts';
export type { WebhookEvent, WebhookEventType } from './webhooks/webhook-event.ts';
export { WebhookVerificationError, type WebhookVerificationReason } from './webhooks/webhook-verification-error.ts';
