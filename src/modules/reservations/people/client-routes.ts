import { ownershipOf } from '../../../access/index.ts';
import type { Database } from '../../../platform/db/database.ts';
import { noSuch } from '../../../platform/errors.ts';
import { answerWith, pageById } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { idOf } from '../../../platform/http/parameters.ts';
import { ClientParams, PageQuery } from '../field-schemas.ts';
import { insertClient, listClients, readKnownClient, updateClient } from './client-store.ts';
import { ClientErased } from './people-failures.ts';
import { Client, ClientBody, ClientPage, ClientPatch } from './people-schemas.ts';
import { toClientResponse } from './person-response.ts';

/** Clients under /api/v1: create, list, read and change. */
export function addClientRoutes(app: HttpServer, database: Database): void {
  const tags = ['Providers and clients'];

  app.post(
    '/api/v1/clients',
    {
      schema: {
        operationId: 'createClient',
        tags,
        summary: 'Create a client',
        description: 'Creates a person who reserves slots.',
        body: ClientBody,
        response: { 201: Client },
      },
    },
    (request, reply) =>
      answerOnce(database, request, reply, async (tx) =>
        answerWith(reply, 201, toClientResponse(await insertClient(tx, request.body))),
      ),
  );

  app.get(
    '/api/v1/clients',
    {
      config: { paged: true },
      schema: {
        operationId: 'listClients',
        tags,
        summary: 'List clients',
        description: 'Lists all clients by id, a page at a time, without those that were erased.',
        querystring: PageQuery,
        response: { 200: ClientPage },
      },
    },
    async (request, reply) => {
      const { rows, next_cursor } = await pageById(
        request,
        reply,
        (afterId, limit) =>
          database.read((reader) => listClients(reader, afterId, limit, ownershipOf(request.principal))),
        (client) => client.client_id,
      );
      return { clients: rows.map(toClientResponse), next_cursor };
    },
  );

  app.get(
    '/api/v1/clients/:id',
    {
      config: { problems: [noSuch('client')] },
      schema: {
        operationId: 'getClient',
        tags,
        summary: 'Get a client',
        description: 'Returns one client.',
        params: ClientParams,
        response: { 200: Client },
      },
    },
    async (request) => {
      const clientId = idOf(request.params.id, 'params/id');
      const ownership = ownershipOf(request.principal);
      return toClientResponse(await database.read((reader) => readKnownClient(reader, clientId, ownership)));
    },
  );

  app.patch(
    '/api/v1/clients/:id',
    {
      config: { problems: [noSuch('client'), ClientErased] },
      schema: {
        operationId: 'updateClient',
        tags,
        summary: 'Change a client',
        description: 'Changes the given fields. Orders keep the name that they were placed under.',
        params: ClientParams,
        body: ClientPatch,
        response: { 200: Client },
      },
    },
    async (request) => {
      const clientId = idOf(request.params.id, 'params/id');
      const changes = request.body;
      const ownership = ownershipOf(request.principal);
      return toClientResponse(await database.transaction((tx) => updateClient(tx, clientId, changes, ownership)));
    },
  );
}
