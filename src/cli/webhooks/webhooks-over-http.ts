import type { Secret } from '../../config/secret.ts';
import type { DeliveryResponse, WebhookResponse } from '../../modules/webhooks/index.ts';
import { askAsOperator } from '../ask-as-operator.ts';
import type { ServerRequest } from '../ask-server.ts';
import { CommandError } from '../parsing/exit-code.ts';
import type { MadeWebhook, WebhookService } from './webhook-service.ts';

const PATH = 'api/v1/webhooks';

interface WebhookPage {
  readonly webhooks: readonly WebhookResponse[];
  readonly next_cursor: string | null;
}

/** The webhooks of a running server. */
export function openWebhooksOverHttp(url: string, key: Secret | undefined): WebhookService {
  /** Sends a request, and requires that the answer has a field of a type. */
  async function ask<Body>(request: ServerRequest, field: keyof Body & string, type: string): Promise<Body> {
    const body = (await askAsOperator(url, key, request)) as Body | null | undefined;
    if (body === undefined || body === null || typeof body[field] !== type)
      throw new CommandError(`The server answered without ${field}.`);
    return body;
  }
  return {
    create: (body) => ask<MadeWebhook>({ method: 'POST', path: PATH, body }, 'secret', 'string'),
    async list() {
      const webhooks: WebhookResponse[] = [];
      let path = PATH;
      for (;;) {
        const page = await ask<WebhookPage>({ method: 'GET', path }, 'webhooks', 'object');
        webhooks.push(...page.webhooks);
        if (page.next_cursor === null) return webhooks;
        path = `${PATH}?cursor=${encodeURIComponent(page.next_cursor)}`;
      }
    },
    async delete(id) {
      await askAsOperator(url, key, { method: 'DELETE', path: `${PATH}/${id}` });
    },
    async test(id) {
      const path = `${PATH}/${id}/test`;
      return (await ask<{ event_id: string }>({ method: 'POST', path }, 'event_id', 'string')).event_id;
    },
    async rotateSecret(id) {
      const path = `${PATH}/${id}/rotate-secret`;
      return (await ask<{ secret: string }>({ method: 'POST', path }, 'secret', 'string')).secret;
    },
    async deliveries(id, status, limit) {
      const query = new URLSearchParams({ limit: String(limit), ...(status && { status }) });
      const path = `${PATH}/${id}/deliveries?${query}`;
      return (await ask<{ deliveries: DeliveryResponse[] }>({ method: 'GET', path }, 'deliveries', 'object'))
        .deliveries;
    },
    async replay(id, replay) {
      const request =
        'deliveryId' in replay
          ? { path: `${PATH}/${id}/deliveries/${replay.deliveryId}/replay` }
          : { path: `${PATH}/${id}/replay`, body: replay };
      return (await ask<{ deliveries: number }>({ method: 'POST', ...request }, 'deliveries', 'number')).deliveries;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
