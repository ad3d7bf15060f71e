import { noSuch } from '../../../platform/errors.ts';
import { answerWith, pageOf } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { idOf } from '../../../platform/http/parameters.ts';
import type { Id } from '../../../platform/ids.ts';
import {
  type Delivery,
  insertTestEvent,
  listDeliveries,
  readDelivery,
  replayDeliveries,
  replayDelivery,
} from './delivery-list.ts';
import { DeliveryUnderWay } from './webhook-failures.ts';
import { readTimeRange } from './webhook-requests.ts';
import { toDeliveryDetailResponse, toDeliveryResponse } from './webhook-response.ts';
import { logWebhook, ownerOf, webhookIdOf } from './webhook-routes.ts';
import {
  DeliveryParams,
  DeliveryQuery,
  ReplayBody,
  ReplayedDeliveries,
  WebhookDeliveryDetail,
  WebhookDeliveryList,
  WebhookParams,
  WebhookTest,
} from './webhook-schemas.ts';
import type { WebhooksDeps } from './webhooks-deps.ts';

const tags = ['Webhooks'];

/** Deliveries of webhooks under /api/v1: send a test, list deliveries, read one, and send them again. */
export function addDeliveryRoutes(app: HttpServer, deps: WebhooksDeps): void {
  addReadRoutes(app, deps);
  addSendRoutes(app, deps);
}

function addReadRoutes(app: HttpServer, { database }: WebhooksDeps): void {
  app.get(
    '/api/v1/webhooks/:id/deliveries',
    {
      config: { paged: true, problems: [noSuch('webhook')] },
      schema: {
        operationId: 'listWebhookDeliveries',
        tags,
        summary: "List a webhook's deliveries",
        description: 'Lists deliveries, newest first, a page at a time.',
        params: WebhookParams,
        querystring: DeliveryQuery,
        response: { 200: WebhookDeliveryList },
      },
    },
    async (request, reply) => {
      const id = webhookIdOf(request.params);
      const owner = ownerOf(request);
      const { status } = request.query;
      const { rows, next_cursor } = await pageOf<Delivery>(request, reply, {
        shape: [/^\d+$/],
        keyOf: ({ delivery_id }) => [delivery_id],
        list: (key, limit) =>
          database.read((reader) => listDeliveries(reader, owner, id, status, beforeIdOf(key), limit)),
      });
      return { deliveries: rows.map(toDeliveryResponse), next_cursor };
    },
  );

  app.get(
    '/api/v1/webhooks/:id/deliveries/:delivery_id',
    {
      config: { problems: [noSuch('webhook'), noSuch('delivery')] },
      schema: {
        operationId: 'getWebhookDelivery',
        tags,
        summary: "Get a webhook's delivery",
        description: 'Returns a delivery with the event as it is sent, and the beginning of the last answer.',
        params: DeliveryParams,
        response: { 200: WebhookDeliveryDetail },
      },
    },
    async (request) => {
      const id = webhookIdOf(request.params);
      const deliveryId = idOf(request.params.delivery_id, 'params/delivery_id');
      const delivery = await database.read((reader) => readDelivery(reader, ownerOf(request), id, deliveryId));
      return toDeliveryDetailResponse(delivery);
    },
  );
}

function addSendRoutes(app: HttpServer, { database }: WebhooksDeps): void {
  app.post(
    '/api/v1/webhooks/:id/test',
    {
      config: { problems: [noSuch('webhook')] },
      schema: {
        operationId: 'testWebhook',
        tags,
        summary: 'Send a test event',
        description:
          'Sends an event of the type `webhook.test`, also to a disabled webhook and to one that does not receive this ' +
          'type. It has one attempt, whose outcome is in the list of deliveries.',
        params: WebhookParams,
        response: { 202: WebhookTest },
      },
    },
    async (request, reply) => {
      const id = webhookIdOf(request.params);
      const eventIds: string[] = [];
      await answerOnce(database, request, reply, async (tx) => {
        const event_id = await insertTestEvent(tx, ownerOf(request), id);
        eventIds.push(event_id);
        return answerWith(reply, 202, { event_id });
      });
      const event_id = eventIds.at(-1);
      if (event_id !== undefined) logWebhook(request, 'webhook tested', id, { event_id });
    },
  );

  app.post(
    '/api/v1/webhooks/:id/deliveries/:delivery_id/replay',
    {
      config: { problems: [noSuch('webhook'), noSuch('delivery'), DeliveryUnderWay] },
      schema: {
        operationId: 'replayWebhookDelivery',
        tags,
        summary: 'Send a delivery again',
        description:
          'Sends a delivery again, whether or not it has succeeded before, with the same event id. It has all its attempts; a ' +
          'test has one. While an attempt is under way the answer is 409.',
        params: DeliveryParams,
        response: { 202: ReplayedDeliveries },
      },
    },
    async (request, reply) => {
      const id = webhookIdOf(request.params);
      const deliveryId = idOf(request.params.delivery_id, 'params/delivery_id');
      let isReplayed = false;
      await answerOnce(database, request, reply, async (tx) => {
        await replayDelivery(tx, ownerOf(request), id, deliveryId);
        isReplayed = true;
        return answerWith(reply, 202, { deliveries: 1 });
      });
      if (isReplayed) logWebhook(request, 'webhook deliveries replayed', id, { delivery_id: deliveryId });
    },
  );

  app.post(
    '/api/v1/webhooks/:id/replay',
    {
      config: { problems: [noSuch('webhook')] },
      schema: {
        operationId: 'replayWebhook',
        tags,
        summary: 'Send the deliveries of a time range again',
        description:
          'Sends all deliveries again whose events happened in a time range, whether or not they have succeeded before. ' +
          'Pending ones are tried now; those that are being sent are left alone and not counted.',
        params: WebhookParams,
        body: ReplayBody,
        response: { 202: ReplayedDeliveries },
      },
    },
    async (request, reply) => {
      const id = webhookIdOf(request.params);
      const { since, until } = readTimeRange(request.body);
      const replayed: number[] = [];
      await answerOnce(database, request, reply, async (tx) => {
        const deliveries = await replayDeliveries(tx, ownerOf(request), id, since, until);
        replayed.push(deliveries);
        return answerWith(reply, 202, { deliveries });
      });
      const deliveries = replayed.at(-1);
      if (deliveries !== undefined)
        logWebhook(request, 'webhook deliveries replayed', id, { since, until, deliveries });
    },
  );
}

function beforeIdOf(key: readonly string[] | undefined): Id | undefined {
  const [text] = key ?? [];
  return text === undefined ? undefined : idOf(text, 'query/cursor');
}
