import { openDatabase } from '../../compose/open-database.ts';
import type { Config } from '../../config/config.ts';
import {
  createWebhook,
  deleteWebhook,
  insertTestEvent,
  listDeliveries,
  listWebhooks,
  readTimeRange,
  replayDeliveries,
  replayDelivery,
  rotateSecret,
  SecretBox,
  toDeliveryResponse,
  toWebhookResponse,
} from '../../modules/webhooks/index.ts';
import { createLogger } from '../../platform/logger.ts';
import { OutboundClient } from '../../platform/outbound/outbound-client.ts';
import { explained } from '../explained.ts';
import type { WebhookService } from './webhook-service.ts';

/** There are fewer webhooks than this. */
const ALL = 10_000;

/** The webhooks of the database that the configuration names. It migrates the schema first. */
export async function openWebhooksInDatabase(config: Config): Promise<WebhookService> {
  await using stack = new AsyncDisposableStack();
  const { database, migrate } = stack.use(await openDatabase(config, createLogger(config.logLevel)));
  await migrate();
  const secrets = new SecretBox(config.secretKeys.map((key) => key.reveal()));
  const outbound = stack.use(new OutboundClient({ permitted: config.network.webhookAllow }));
  const owned = stack.move();
  return {
    create: ({ provider_id, ...written }) =>
      explained(async () => {
        const check = await outbound.checkUrl(written.url);
        const { webhook, secret } = await database.transaction((tx) =>
          createWebhook(tx, secrets, written, provider_id, check, null),
        );
        return { ...toWebhookResponse(webhook), secret };
      }),
    list: () =>
      explained(async () => {
        const webhooks = await database.read((reader) => listWebhooks(reader, null, 0, ALL));
        return webhooks.map(toWebhookResponse);
      }),
    delete: (id) => explained(() => database.transaction((tx) => deleteWebhook(tx, null, id))),
    test: (id) => explained(() => database.transaction((tx) => insertTestEvent(tx, null, id))),
    rotateSecret: (id) => explained(() => database.transaction((tx) => rotateSecret(tx, secrets, null, id))),
    deliveries: (id, status, limit) =>
      explained(async () => {
        const listed = await database.read((reader) => listDeliveries(reader, null, id, status, undefined, limit));
        return listed.map(toDeliveryResponse);
      }),
    replay: (id, replay) =>
      explained(async () => {
        if ('deliveryId' in replay) {
          await database.transaction((tx) => replayDelivery(tx, null, id, replay.deliveryId));
          return 1;
        }
        const { since, until } = readTimeRange(replay);
        return database.transaction((tx) => replayDeliveries(tx, null, id, since, until));
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
