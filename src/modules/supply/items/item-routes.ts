import { requestedMaxAgeMs, sendCached, VIEW_PROBLEMS } from '../../../freshness/index.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { sendSupplied } from '../catalogue/supplied-answer.ts';
import { NotObservedYet } from './item-failures.ts';
import * as schemas from './item-schemas.ts';
import type { Items } from './item-view.ts';

/** Routes of what snapshot suppliers sell. */
export function addItemRoutes(app: HttpServer, items: Items): void {
  const tags = ['Items'];

  app.get(
    '/api/items',
    {
      config: { cached: true, problems: [NotObservedYet, ...VIEW_PROBLEMS] },
      schema: {
        operationId: 'listItems',
        tags,
        summary: 'List items',
        description:
          'Returns every item that can be booked now, from memory. An item that was booked here disappears at once. ' +
          'Before the first pull ever, the request waits a few seconds for its answer.',
        response: { 200: schemas.ItemList },
      },
    },
    async (request, reply) => sendSupplied(request, reply, await items.list(requestedMaxAgeMs(request))),
  );

  app.get(
    '/api/status',
    {
      config: { cached: true, problems: VIEW_PROBLEMS },
      schema: {
        operationId: 'getItemStatus',
        tags,
        summary: 'Get the times of the last and the next pull of items',
        description: 'Returns how old the items are and when the limits allow the next pull.',
        response: { 200: schemas.FetchStatus },
      },
    },
    async (request, reply) => {
      const { body, served } = await items.fetchStatus(requestedMaxAgeMs(request));
      return sendCached(request, reply, served, body, 'revalidate');
    },
  );
}
