import { actorOf, ownershipOf } from '../../../access/index.ts';
import type { Database } from '../../../platform/db/database.ts';
import { noSuch } from '../../../platform/errors.ts';
import { sendAnswer } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { idOf } from '../../../platform/http/parameters.ts';
import { ClientHasReservations } from '../../reservations/index.ts';
import { eraseClient } from './erase-client.ts';
import { toErasureResponse } from './erasure-response.ts';
import { ClientExport, ClientParams, EraseQuery, Erasure } from './erasure-schemas.ts';
import { exportClient } from './export-client.ts';

/** Export and erasure of a client's data. */
export function addForgetRoutes(app: HttpServer, database: Database): void {
  const tags = ['Providers and clients'];

  app.delete(
    '/api/v1/clients/:id',
    {
      config: { problems: [noSuch('client'), ClientHasReservations] },
      schema: {
        operationId: 'eraseClient',
        tags,
        summary: 'Erase a client',
        description:
          "Erases a client's personal data wherever they are stored, ends its keys and cancels its holds. Its reservations " +
          'and orders stay, as those of an erased client. Repeating the request returns the same report.',
        params: ClientParams,
        querystring: EraseQuery,
        response: { 200: Erasure },
      },
    },
    async (request) => {
      const { principal, query } = request;
      const command = {
        clientId: idOf(request.params.id, 'params/id'),
        ownership: ownershipOf(principal),
        reservations: query.reservations ?? 'refuse',
        actor: actorOf(principal),
      };
      return toErasureResponse(await database.transaction((tx) => eraseClient(tx, command)));
    },
  );

  app.get(
    '/api/v1/clients/:id/export',
    {
      config: { problems: [noSuch('client')] },
      schema: {
        operationId: 'exportClient',
        tags,
        summary: "Export a client's data",
        description: 'Returns all that is known of a client: its record, reservations with histories, orders and keys.',
        params: ClientParams,
        response: { 200: ClientExport },
      },
    },
    async (request, reply) => {
      const clientId = idOf(request.params.id, 'params/id');
      const ownership = ownershipOf(request.principal);
      const body = await database.read((reader) => exportClient(reader, clientId, ownership));
      return sendAnswer(reply, { status: 200, body });
    },
  );
}
