import { answerWith, pageById } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { idOf, Problems } from '../../../platform/http/parameters.ts';
import * as schemas from '../reservation-schemas.ts';
import type { ReservationsDeps } from '../reservations-deps.ts';
import { toPerson } from '../response-mappers.ts';
import { insertClient, listClients, readClient } from './client-store.ts';
import { insertProvider, listProviders, readProvider } from './provider-store.ts';
import { zoneOf } from './time-zone.ts';

/** Providers and clients under /api/v1: create, read, list. */
export function addPeopleRoutes(app: HttpServer, { database }: ReservationsDeps): void {
  const tags = ['Providers and clients'];

  app.post(
    '/api/v1/providers',
    {
      schema: {
        tags,
        summary: 'Create a provider',
        body: schemas.StrictProviderBody,
        response: { 201: schemas.Provider, ...Problems },
      },
    },
    (request, reply) => {
      const provider = { ...request.body, time_zone: zoneOf(request.body.time_zone) };
      return answerOnce(database, request, reply, async (tx) =>
        answerWith(reply, 201, toPerson(await insertProvider(tx, provider))),
      );
    },
  );

  app.get(
    '/api/v1/providers',
    {
      schema: {
        tags,
        summary: 'List providers by id',
        querystring: schemas.PageQuery,
        response: { 200: schemas.ProviderPage, ...Problems },
      },
    },
    async (request, reply) => {
      const { rows, next_cursor } = await pageById(
        request,
        reply,
        (afterId, limit) => database.read((reader) => listProviders(reader, afterId, limit)),
        (provider) => provider.provider_id,
      );
      return { providers: rows.map(toPerson), next_cursor };
    },
  );

  app.get(
    '/api/v1/providers/:id',
    {
      schema: {
        tags,
        summary: 'Read a provider',
        params: schemas.IdParams,
        response: { 200: schemas.Provider, ...Problems },
      },
    },
    async (request) => {
      const providerId = idOf(request.params.id, 'params/id');
      return toPerson(await database.read((reader) => readProvider(reader, providerId)));
    },
  );

  app.post(
    '/api/v1/clients',
    {
      schema: {
        tags,
        summary: 'Create a client',
        body: schemas.StrictClientBody,
        response: { 201: schemas.Client, ...Problems },
      },
    },
    (request, reply) =>
      answerOnce(database, request, reply, async (tx) =>
        answerWith(reply, 201, toPerson(await insertClient(tx, request.body))),
      ),
  );

  app.get(
    '/api/v1/clients',
    {
      schema: {
        tags,
        summary: 'List clients by id',
        querystring: schemas.PageQuery,
        response: { 200: schemas.ClientPage, ...Problems },
      },
    },
    async (request, reply) => {
      const { rows, next_cursor } = await pageById(
        request,
        reply,
        (afterId, limit) => database.read((reader) => listClients(reader, afterId, limit)),
        (client) => client.client_id,
      );
      return { clients: rows.map(toPerson), next_cursor };
    },
  );

  app.get(
    '/api/v1/clients/:id',
    {
      schema: {
        tags,
        summary: 'Read a client',
        params: schemas.IdParams,
        response: { 200: schemas.Client, ...Problems },
      },
    },
    async (request) => {
      const clientId = idOf(request.params.id, 'params/id');
      return toPerson(await database.read((reader) => readClient(reader, clientId)));
    },
  );
}
