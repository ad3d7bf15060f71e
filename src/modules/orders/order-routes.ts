import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '../../access/index.ts';
import { readyBody, requestedMaxAgeMs, sendCached, VIEW_PROBLEMS } from '../../freshness/index.ts';
import type { Tx } from '../../platform/db/database.ts';
import { noSuch } from '../../platform/errors.ts';
import { pageOf, sendAnswer, TIME_IN_CURSOR } from '../../platform/http/answer.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { answerOnce } from '../../platform/http/idempotency.ts';
import { idOf, instantOf } from '../../platform/http/parameters.ts';
import { AmountTooFine } from '../inventory/index.ts';
import { cancelOrder, changeOrder, placeOrder } from './change-order.ts';
import type { Order } from './order.ts';
import { readContent } from './order-content.ts';
import {
  indexProblem,
  OrderNotOpen,
  OrderOfReservation,
  OrdersAreElsewhere,
  orderIdTaken,
  SOURCE_PROBLEMS,
} from './order-failures.ts';
import { isByTime, type OrderFilter, type OrderPlace } from './order-list.ts';
import * as schemas from './order-schemas.ts';
import type { OrdersDeps } from './orders-deps.ts';
import { writeNumberedPage, writeOrder, writeOrderList } from './write-order.ts';

const CHANGE_PROBLEMS = [noSuch('order'), OrderNotOpen, OrderOfReservation, OrdersAreElsewhere];

/** Routes of orders: the numbered pages, and `/api/v1/orders`. Bodies are texts, because amounts are exact decimals. */
export function addOrderRoutes(app: HttpServer, { database, source }: OrdersDeps): void {
  const tags = ['Orders'];
  const { pages, reads } = source;

  app.get(
    '/orders/:page',
    {
      config: { cached: true, problems: [...VIEW_PROBLEMS, ...SOURCE_PROBLEMS, indexProblem] },
      schema: {
        operationId: 'getOrderPage',
        tags,
        summary: 'Get a page of orders',
        description:
          'Returns a numbered page of orders, by ascending id, from memory. Every page costs the same to read.',
        params: schemas.PageParams,
        response: { 200: schemas.OrderPage },
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
      config: { paged: true, problems: SOURCE_PROBLEMS },
      schema: {
        operationId: 'listOrders',
        tags,
        summary: 'List orders',
        description:
          'Returns orders from a cursor on: by ascending id or, with `customer`, `status`, `ordered_from` or `ordered_to`, ' +
          'by `ordered_at` and then by id. Orders that are placed or deleted meanwhile shift no page.',
        querystring: schemas.OrderListQuery,
        response: { 200: schemas.OrderList },
      },
    },
    async (request, reply) => {
      const filter = readFilter(request.query);
      const { rows, next_cursor } = await pageOf<Order>(request, reply, {
        shape: isByTime(filter) ? [TIME_IN_CURSOR, ID_IN_CURSOR] : [ID_IN_CURSOR],
        keyOf: ({ order_id, ordered_at }) => (isByTime(filter) ? [ordered_at, order_id] : [order_id]),
        list: (key, limit) => reads.list(filter, placeOf(key), limit),
      });
      return sendAnswer(reply, { status: 200, body: writeOrderList(rows, next_cursor) });
    },
  );

  app.get(
    '/api/v1/orders/:id',
    {
      config: { problems: [noSuch('order'), ...SOURCE_PROBLEMS] },
      schema: {
        operationId: 'getOrder',
        tags,
        summary: 'Get an order',
        description: 'Returns an order with its lines and its total, read from the database.',
        params: schemas.OrderParams,
        response: { 200: schemas.Order },
      },
    },
    async (request, reply) => {
      const orderId = idOf(request.params.id, 'params/id');
      const order = await reads.read(orderId);
      return sendAnswer(reply, { status: 200, body: writeOrder(order) });
    },
  );

  /** Runs `work` once for an idempotency key, and answers with the order it returns. */
  async function answerOrder(
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    work: (tx: Tx) => Promise<Order>,
  ): Promise<void> {
    if (source.isElsewhere) throw new OrdersAreElsewhere();
    return answerOnce(database, request, reply, async (tx) => ({ status, body: writeOrder(await work(tx)) }));
  }

  app.post(
    '/api/v1/orders',
    {
      config: { problems: [orderIdTaken, AmountTooFine, OrdersAreElsewhere] },
      schema: {
        operationId: 'createOrder',
        tags,
        summary: 'Place an order',
        description: 'Places an open order. The confirmation of a priced reservation places its order by itself.',
        body: schemas.OrderBody,
        response: { 201: schemas.Order },
      },
    },
    (request, reply) => {
      const content = readContent(request.body);
      return answerOrder(request, reply, 201, (tx) => placeOrder(tx, content, actorOf(request.principal)));
    },
  );

  app.put(
    '/api/v1/orders/:id',
    {
      config: { problems: [...CHANGE_PROBLEMS, AmountTooFine] },
      schema: {
        operationId: 'replaceOrder',
        tags,
        summary: 'Replace the content of an order',
        description: 'Replaces customer, currency and lines of an open order. An order of a reservation is refused.',
        params: schemas.ReplacedOrderParams,
        body: schemas.OrderBody,
        response: { 200: schemas.Order },
      },
    },
    (request, reply) => {
      const orderId = idOf(request.params.id, 'params/id');
      const content = readContent(request.body);
      return answerOrder(request, reply, 200, (tx) => changeOrder(tx, orderId, content, actorOf(request.principal)));
    },
  );

  app.post(
    '/api/v1/orders/:id/cancel',
    {
      config: { problems: CHANGE_PROBLEMS },
      schema: {
        operationId: 'cancelOrder',
        tags,
        summary: 'Cancel an order',
        description: 'Cancels an open order. It stays listed. An order of a reservation is refused.',
        params: schemas.CancelledOrderParams,
        response: { 200: schemas.Order },
      },
    },
    (request, reply) => {
      const orderId = idOf(request.params.id, 'params/id');
      return answerOrder(request, reply, 200, (tx) => cancelOrder(tx, orderId, actorOf(request.principal)));
    },
  );
}

function readFilter(query: schemas.OrderListParameters): OrderFilter {
  const { reservation_id, customer, status, ordered_from, ordered_to } = query;
  return {
    reservationId: reservation_id === undefined ? undefined : idOf(reservation_id, 'query/reservation_id'),
    customer,
    status,
    from: ordered_from === undefined ? undefined : instantOf(ordered_from, 'query/ordered_from'),
    to: ordered_to === undefined ? undefined : instantOf(ordered_to, 'query/ordered_to'),
  };
}

const ID_IN_CURSOR = /^[1-9]\d{0,15}$/;

function placeOf(key: readonly string[] | undefined): OrderPlace | undefined {
  const [id, time] = key?.toReversed() ?? [];
  if (id === undefined) return undefined;
  return {
    id: idOf(id, 'query/cursor'),
    orderedAt: time === undefined ? undefined : instantOf(time, 'query/cursor'),
  };
}
