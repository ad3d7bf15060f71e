import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { actorOf, ownershipOf, type Principal, providerIdOf } from '../../../access/index.ts';
import { noSuch } from '../../../platform/errors.ts';
import { answerShowingOnce, pageById } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { idOf } from '../../../platform/http/parameters.ts';
import type { Id } from '../../../platform/ids.ts';
import { SecretNotReadable } from '../sealed-secret.ts';
import { readSealedSecret, rotateSecret } from './secret-store.ts';
import { AddressNotAllowed, TooManySecrets, TooManyWebhooks } from './webhook-failures.ts';
import { changeWebhook, createWebhook } from './webhook-requests.ts';
import { toWebhookResponse } from './webhook-response.ts';
import {
  NewWebhook,
  RotatedSecret,
  Webhook,
  WebhookBody,
  WebhookList,
  WebhookParams,
  WebhookPatch,
  WebhookQuery,
  WebhookSecret,
} from './webhook-schemas.ts';
import { deleteWebhook, listWebhooks, readWebhook, type WebhookOwner } from './webhook-store.ts';
import type { WebhooksDeps } from './webhooks-deps.ts';

/** Webhooks under /api/v1: create, list, read, change and delete them, and read and rotate their secrets. */
export function addWebhookRoutes(app: HttpServer, deps: WebhooksDeps): void {
  addListRoutes(app, deps);
  addChangeRoutes(app, deps);
  addSecretRoutes(app, deps);
}

const tags = ['Webhooks'];

function addListRoutes(app: HttpServer, { database, secrets, checkUrl }: WebhooksDeps): void {
  app.post(
    '/api/v1/webhooks',
    {
      config: { problems: [noSuch('provider'), AddressNotAllowed, TooManyWebhooks] },
      schema: {
        operationId: 'createWebhook',
        tags,
        summary: 'Create a webhook',
        description:
          'Creates a webhook, to which events are sent from now on. A provider may have 20; there may be 50 that belong to ' +
          'no provider, and 1,000 in all. The answer shows the secret that signs the deliveries.',
        body: WebhookBody,
        response: { 201: NewWebhook },
      },
    },
    async (request, reply) => {
      const { provider_id, ...written } = request.body;
      const providerId = ownerOfNew(request.principal, provider_id ?? undefined);
      const check = await checkUrl(written.url);
      const actor = actorOf(request.principal);
      const made: Id[] = [];
      await answerOnce(database, request, reply, async (tx) => {
        const { webhook, secret } = await createWebhook(tx, secrets, written, providerId, check, actor);
        made.push(webhook.webhook_id);
        return answerShowingOnce(reply, 201, toWebhookResponse(webhook), { secret });
      });
      const webhookId = made.at(-1);
      if (webhookId !== undefined) logWebhook(request, 'webhook created', webhookId, { provider_id: providerId });
    },
  );

  app.get(
    '/api/v1/webhooks',
    {
      config: { paged: true },
      schema: {
        operationId: 'listWebhooks',
        tags,
        summary: 'List webhooks',
        description: 'Lists webhooks without their secrets by id, a page at a time.',
        querystring: WebhookQuery,
        response: { 200: WebhookList },
      },
    },
    async (request, reply) => {
      const owner = ownerOf(request);
      const { rows, next_cursor } = await pageById(
        request,
        reply,
        (afterId, limit) => database.read((reader) => listWebhooks(reader, owner, afterId, limit)),
        ({ webhook_id }) => webhook_id,
      );
      return { webhooks: rows.map(toWebhookResponse), next_cursor };
    },
  );
}

function addChangeRoutes(app: HttpServer, { database, checkUrl }: WebhooksDeps): void {
  app.get(
    '/api/v1/webhooks/:id',
    {
      config: { problems: [noSuch('webhook')] },
      schema: {
        operationId: 'getWebhook',
        tags,
        summary: 'Get a webhook',
        description: 'Returns one webhook without its secret.',
        params: WebhookParams,
        response: { 200: Webhook },
      },
    },
    async (request) => {
      const id = webhookIdOf(request.params);
      return toWebhookResponse(await database.read((reader) => readWebhook(reader, ownerOf(request), id)));
    },
  );

  app.patch(
    '/api/v1/webhooks/:id',
    {
      config: { problems: [noSuch('webhook'), AddressNotAllowed] },
      schema: {
        operationId: 'updateWebhook',
        tags,
        summary: 'Change a webhook',
        description:
          'Changes the given fields. The status `active` enables a webhook again, and forgets its failures. A disabled ' +
          'webhook gets no events; deliveries that were pending wait until it is enabled.',
        params: WebhookParams,
        body: WebhookPatch,
        response: { 200: Webhook },
      },
    },
    async (request) => {
      const id = webhookIdOf(request.params);
      const { url } = request.body;
      const owner = ownerOf(request);
      // First, so that the check of a new URL reveals nothing about a webhook of another.
      await database.read((reader) => readWebhook(reader, owner, id));
      const check = url === undefined ? undefined : await checkUrl(url);
      const changed = await database.transaction((tx) => changeWebhook(tx, owner, id, request.body, check));
      logWebhook(request, 'webhook changed', id, { fields: Object.keys(request.body), status: changed.status });
      return toWebhookResponse(changed);
    },
  );

  app.delete(
    '/api/v1/webhooks/:id',
    {
      config: { problems: [noSuch('webhook')] },
      schema: {
        operationId: 'deleteWebhook',
        tags,
        summary: 'Delete a webhook',
        description: 'Deletes a webhook with its secrets and the list of its deliveries. Nothing more is sent.',
        params: WebhookParams,
        response: { 204: Type.Null({ description: 'The webhook is deleted.' }) },
      },
    },
    async (request, reply) => {
      const id = webhookIdOf(request.params);
      await database.transaction((tx) => deleteWebhook(tx, ownerOf(request), id));
      logWebhook(request, 'webhook deleted', id);
      return reply.code(204).send(null);
    },
  );
}

function addSecretRoutes(app: HttpServer, { database, secrets }: WebhooksDeps): void {
  app.get(
    '/api/v1/webhooks/:id/secret',
    {
      config: { problems: [noSuch('webhook'), SecretNotReadable] },
      schema: {
        operationId: 'getWebhookSecret',
        tags,
        summary: "Get a webhook's secret",
        description: 'Returns the secret that signs the deliveries of a webhook.',
        params: WebhookParams,
        response: { 200: WebhookSecret },
      },
    },
    async (request, reply) => {
      const id = webhookIdOf(request.params);
      const sealed = await database.read((reader) => readSealedSecret(reader, ownerOf(request), id));
      const secret = secrets.open(sealed);
      logWebhook(request, 'webhook secret shown', id);
      reply.header('cache-control', 'no-store');
      return { secret };
    },
  );

  app.post(
    '/api/v1/webhooks/:id/rotate-secret',
    {
      config: { problems: [noSuch('webhook'), TooManySecrets] },
      schema: {
        operationId: 'rotateWebhookSecret',
        tags,
        summary: "Rotate a webhook's secret",
        description:
          'Gives a webhook a new secret. The old one also signs for 24 hours: install the new one until then.',
        params: WebhookParams,
        response: { 200: RotatedSecret },
      },
    },
    async (request, reply) => {
      const id = webhookIdOf(request.params);
      let isRotated = false;
      await answerOnce(database, request, reply, async (tx) => {
        const secret = await rotateSecret(tx, secrets, ownerOf(request), id);
        isRotated = true;
        return answerShowingOnce(reply, 200, {}, { secret });
      });
      if (isRotated) logWebhook(request, 'webhook secret rotated', id);
    },
  );
}

export function webhookIdOf({ id }: { readonly id: string }): Id {
  return idOf(id, 'params/id');
}

/** The provider whose webhooks a request may see and change; `null` for all webhooks. */
export function ownerOf({ principal }: Pick<FastifyRequest, 'principal'>): WebhookOwner {
  return ownershipOf(principal).providerId;
}

/** The provider that a new webhook belongs to; `null` for none. @throws Forbidden when a provider names another one */
function ownerOfNew(principal: Principal, named: Id | undefined): Id | null {
  if (principal.role !== 'provider' && named === undefined) return null;
  return providerIdOf(principal, named, '/provider_id');
}

/** Logs what was done to a webhook, and who did it. Its URL may have a secret of the receiver, and is left out. */
export function logWebhook(
  { id: reqId, principal, log }: FastifyRequest,
  what: string,
  webhookId: Id,
  details: Readonly<Record<string, unknown>> = {},
): void {
  log.info({ reqId, actor: actorOf(principal), webhook_id: webhookId, ...details }, what);
}
