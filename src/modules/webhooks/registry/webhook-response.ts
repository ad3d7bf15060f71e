import { toSeconds } from '../../../platform/time/instant.ts';
import { EVENT_TYPES } from '../../events/index.ts';
import type { Delivery, DeliveryDetail } from './delivery-list.ts';
import type { Webhook } from './webhook-store.ts';

/** A webhook as answers show it: a list of events also where it receives all of them, and times in whole seconds. */
export interface WebhookResponse extends Webhook {
  readonly events: string[];
}

export function toWebhookResponse(webhook: Webhook): WebhookResponse {
  const { events, failing_since, created_at } = webhook;
  return {
    ...webhook,
    events: [...(events ?? EVENT_TYPES)],
    failing_since: failing_since && toSeconds(failing_since),
    created_at: toSeconds(created_at),
  };
}

/** A delivery as answers show it. */
export type DeliveryResponse = Delivery;

export function toDeliveryResponse<Shown extends Delivery>(delivery: Shown): Shown {
  const { next_attempt_at, created_at } = delivery;
  return {
    ...delivery,
    next_attempt_at: next_attempt_at && toSeconds(next_attempt_at),
    created_at: toSeconds(created_at),
  };
}

/** The body of an event as JSON. */
interface SentBody {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Record<string, unknown>;
}

export type DeliveryDetailResponse = Omit<DeliveryDetail, 'body'> & { readonly body: SentBody };

export function toDeliveryDetailResponse({ body, ...delivery }: DeliveryDetail): DeliveryDetailResponse {
  return { ...toDeliveryResponse(delivery), body: JSON.parse(body) as SentBody };
}
