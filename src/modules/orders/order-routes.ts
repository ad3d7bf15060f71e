import type { FastifyReply, FastifyRequest } from 'fastify';
import { readyBody, requestedMaxAgeMs, sendCached } from '../../freshness/index.ts';
import type { Tx } from '../../platform/db/database.ts';
import { pageById, sendAnswer } from '../../platform/http/answer.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { answerOnce } from '../../platform/http/idempotency.ts';
import { idOf, Problems } from '../../platform/http/parameters.ts';
import { cancelOrder, changeOrder, placeOrder } from './change-order.ts';
import type { Order } from './order.ts';
import { readContent } from './order-content.ts';
import * as schemas from './order-schemas.ts';
import { listOrders, readOrder } from './order-view.ts';
import type { OrdersDeps } from './orders-deps.ts';
import { writeNumberedPage, writeOrder, writeOrderList } from './write-order.ts';

/** Orders: the numbered pages, and the rest under /api/v1. Bodies are texts, as their amounts are exact decimals. */
export function addOrderRoutes(app: HttpServer, { database, pages }: OrdersDeps): void {
  const tags = ['Orders'];
  const changed = { 200: schemas.OrderSchema, ...Problems };

  app.get(
    '/orders/:page',
    {
      schema: {
        tags,
        summary: 'A page of orders by ascending id, from memory',
        params: schemas.PageParams,
        response: { 200: schemas.NumberedPage, ...Problems },
      },
    },
    async (request, reply) => {
      const page = idOf(request.params.page, 'params/page');
      const served = await pages.get(page, requestedMaxAgeMs(request));
      const body = readyBody(writeNumberedPage(page, pages.pageSize, served));
      return sendCached(request, reply, served, body, 'within-bound');
    },
  );

  app.get(
    '/api/v1/orders',
    {
      schema: {
        tags,
        summary: 'Orders by ascending id, from a cursor on',
        querystring: schemas.OrderListQuery,
        response: { 200: schemas.OrderList, ...Problems },
      },
    },
    async (request, reply) => {
      const { reservation_id } = request.query;
      const reservationId = reservation_id === undefined ? undefined : idOf(reservation_id, 'query/reservation_id');
      const { rows, next_cursor } = await pageById(
        request,
        reply,
        (afterId, limit) => database.read((reader) => listOrders(reader, reservationId, afterId, limit)),
        (order) => order.order_id,
      );
      sendAnswer(reply, { status: 200, body: writeOrderList(rows, next_cursor) });
    },
  );

  app.get(
    '/api/v1/orders/:id',
    { schema: { tags, summary: 'Read an order', params: schemas.IdParams, response: changed } },
    async (request, reply) => {
      const orderId = idOf(request.params.id, 'params/id');
      const order = await database.read((reader) => readOrder(reader, orderId));
      sendAnswer(reply, { status: 200, body: writeOrder(order) });
    },
  );

  /** Answers with the order that `work` leaves. */
  function answerOrder(
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    work: (tx: Tx) => Promise<Order>,
  ): Promise<void> {
    return answerOnce(database, request, reply, async (tx) => ({ status, body: writeOrder(await work(tx)) }));
  }

  app.post(
    '/api/v1/orders',
    {
      schema: {
        tags,
        summary: 'Place an order',
        body: schemas.OrderBody,
        response: { 201: schemas.OrderSchema, ...Problems },
      },
    },
    (request, reply) => {
      const content = readContent(request.body);
      return answerOrder(request, reply, 201, (tx) => placeOrder(tx, content));
    },
  );

  app.put(
    '/api/v1/orders/:id',
    {
      schema: {
        tags,
        summary: 'Put other content in the place of what an open order has',
        params: schemas.IdParams,
        body: schemas.OrderBody,
        response: changed,
      },
    },
    (request, reply) => {
      const orderId = idOf(request.params.id, 'params/id');
      const content = readContent(request.body);
      return answerOrder(request, reply, 200, (tx) => changeOrder(tx, orderId, content));
    },
  );

  app.post(
    '/api/v1/orders/:id/cancel',
    { schema: { tags, summary: 'Cancel an open order', params: schemas.IdParams, response: changed } },
    (request, reply) => {
      const orderId = idOf(request.params.id, 'params/id');
      return answerOrder(request, reply, 200, (tx) => cancelOrder(tx, orderId));
    },
  );
}
