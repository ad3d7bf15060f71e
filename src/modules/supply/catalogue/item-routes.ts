import { requestedMaxAgeMs, sendCached } from '../../../freshness/index.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { Problems } from '../../../platform/http/parameters.ts';
import * as schemas from '../supply-schemas.ts';
import { sendSupplied } from './experience-routes.ts';
import type { Items } from './item-view.ts';

/** What snapshot suppliers sell. */
export function addItemRoutes(app: HttpServer, items: Items): void {
  const tags = ['Items'];

  app.get(
    '/api/items',
    {
      schema: {
        tags,
        summary: 'All items that can be had now, from memory',
        response: { 200: schemas.ItemList, ...Problems },
      },
    },
    async (request, reply) => sendSupplied(request, reply, await items.list(requestedMaxAgeMs(request))),
  );

  app.get(
    '/api/status',
    {
      schema: {
        tags,
        summary: 'When the items were fetched last, and when they may be the next time',
        response: { 200: schemas.FetchStatus, ...Problems },
      },
    },
    async (request, reply) => {
      const { body, served } = await items.fetched(requestedMaxAgeMs(request));
      return sendCached(request, reply, served, body, 'revalidate');
    },
  );
}
