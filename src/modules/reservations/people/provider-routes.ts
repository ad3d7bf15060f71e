import type { Database } from '../../../platform/db/database.ts';
import { noSuch } from '../../../platform/errors.ts';
import { answerWith, pageById } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { idOf } from '../../../platform/http/parameters.ts';
import { PageQuery, ProviderParams } from '../field-schemas.ts';
import { requireOwnProvider } from './own-provider.ts';
import { Provider, ProviderBody, ProviderPage, ProviderPatch } from './people-schemas.ts';
import { toProviderResponse } from './person-response.ts';
import { insertProvider, listProviders, readProvider, updateProvider } from './provider-store.ts';
import { parseTimeZone } from './time-zone.ts';

/** Providers under /api/v1: create, list, read and change. */
export function addProviderRoutes(app: HttpServer, database: Database): void {
  const tags = ['Providers and clients'];

  app.post(
    '/api/v1/providers',
    {
      schema: {
        operationId: 'createProvider',
        tags,
        summary: 'Create a provider',
        description: 'Creates a person who offers time. The times of its slots are read in its time zone.',
        body: ProviderBody,
        response: { 201: Provider },
      },
    },
    (request, reply) => {
      const provider = { ...request.body, time_zone: parseTimeZone(request.body.time_zone) };
      return answerOnce(database, request, reply, async (tx) =>
        answerWith(reply, 201, toProviderResponse(await insertProvider(tx, provider))),
      );
    },
  );

  app.get(
    '/api/v1/providers',
    {
      config: { paged: true },
      schema: {
        operationId: 'listProviders',
        tags,
        summary: 'List providers',
        description: 'Lists all providers by id, a page at a time.',
        querystring: PageQuery,
        response: { 200: ProviderPage },
      },
    },
    async (request, reply) => {
      const { rows, next_cursor } = await pageById(
        request,
        reply,
        (afterId, limit) => database.read((reader) => listProviders(reader, afterId, limit)),
        (provider) => provider.provider_id,
      );
      return { providers: rows.map(toProviderResponse), next_cursor };
    },
  );

  app.get(
    '/api/v1/providers/:id',
    {
      config: { problems: [noSuch('provider')] },
      schema: {
        operationId: 'getProvider',
        tags,
        summary: 'Get a provider',
        description: 'Returns one provider.',
        params: ProviderParams,
        response: { 200: Provider },
      },
    },
    async (request) => {
      const providerId = idOf(request.params.id, 'params/id');
      return toProviderResponse(await database.read((reader) => readProvider(reader, providerId)));
    },
  );

  app.patch(
    '/api/v1/providers/:id',
    {
      config: { problems: [noSuch('provider')] },
      schema: {
        operationId: 'updateProvider',
        tags,
        summary: 'Change a provider',
        description:
          'Changes the given fields. After a change of the time zone slots and reservations keep their instants; only times ' +
          'without an offset in later requests are read in the new zone.',
        params: ProviderParams,
        body: ProviderPatch,
        response: { 200: Provider },
      },
    },
    async (request) => {
      const providerId = idOf(request.params.id, 'params/id');
      const { time_zone, ...names } = request.body;
      const changes = { ...names, ...(time_zone !== undefined && { time_zone: parseTimeZone(time_zone) }) };
      const provider = await database.transaction(async (tx) => {
        await requireOwnProvider(tx, request.principal, providerId);
        return updateProvider(tx, providerId, changes);
      });
      return toProviderResponse(provider);
    },
  );
}
