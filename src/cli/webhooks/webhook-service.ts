import type { DeliveryResponse, WebhookResponse } from '../../modules/webhooks/index.ts';
import type { Id } from '../../platform/ids.ts';

/** A webhook that was just made, as the API shows it. */
export interface MadeWebhook extends WebhookResponse {
  readonly secret: string;
}

/** The request for a webhook, as the API has it. */
interface WebhookBody {
  readonly url: string;
  readonly events: readonly string[] | null;
  readonly description: string | null;
  readonly provider_id: Id | null;
}

/** The deliveries to send again: one, or those of a time range. */
export type Replay = { readonly deliveryId: Id } | { readonly since: string; readonly until?: string };

/** Where webhooks are: in a database, or behind a running server. */
export interface WebhookService extends AsyncDisposable {
  create(body: WebhookBody): Promise<MadeWebhook>;
  list(): Promise<readonly WebhookResponse[]>;
  delete(id: Id): Promise<void>;
  /** @returns the id of the event */
  test(id: Id): Promise<string>;
  /** @returns the new secret */
  rotateSecret(id: Id): Promise<string>;
  /** The newest deliveries, newest first. */
  deliveries(
    id: Id,
    status: DeliveryResponse['status'] | undefined,
    limit: number,
  ): Promise<readonly DeliveryResponse[]>;
  /** @returns the number of deliveries */
  replay(id: Id, replay: Replay): Promise<number>;
}
