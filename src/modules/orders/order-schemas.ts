import { type Static, Type } from 'typebox';
import { component, nullable } from '../../platform/http/openapi.ts';
import {
  CursorParameter,
  ERROR_MESSAGE,
  IdField,
  IdParameter,
  LimitParameter,
  VisibleText,
} from '../../platform/http/parameters.ts';
import { ORDER_STATUSES, type OrderStatus } from './order.ts';

export const MAX_TEXT_LENGTH = 500;
const MAX_QUANTITY = 1_000_000;
const MAX_LINES = 200;
/** Amounts stay below this, so that with 4 decimals they have 15 digits, which every reader of JSON keeps exactly. */
const AMOUNT_LIMIT = 100_000_000_000;

const strict = { additionalProperties: false };

export const PageParams = Type.Object({ page: IdParameter('The page, from 1.') });
const orderParams = (example: number) => Type.Object({ id: IdParameter("The order's id.", example) });
export const OrderParams = orderParams(10_248);
/** The examples of operations that change an order are different open orders, so that each works after the other. */
export const ReplacedOrderParams = orderParams(11_077);
export const CancelledOrderParams = orderParams(11_076);
export const OrderListQuery = Type.Object({
  cursor: Type.Optional(CursorParameter),
  limit: Type.Optional(LimitParameter),
  reservation_id: Type.Optional(IdParameter('Return only the order of this reservation.')),
  customer: Type.Optional(
    Type.String({
      maxLength: MAX_TEXT_LENGTH,
      description: 'Return only orders of the customer with exactly this name.',
      examples: ['Toms Spezialitäten'],
    }),
  ),
  status: Type.Optional(
    Type.Unsafe<OrderStatus>({
      type: 'string',
      enum: [...ORDER_STATUSES],
      description: 'Return only orders with this status.',
      examples: ['open'],
      [ERROR_MESSAGE]: `must be one of ${ORDER_STATUSES.join(', ')}`,
    }),
  ),
  ordered_from: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'Return only orders placed at this time or later. Without an offset it is UTC.',
      examples: ['1997-01-01'],
    }),
  ),
  ordered_to: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'Return only orders placed before this time. Without an offset it is UTC.',
      examples: ['1998-01-01'],
    }),
  ),
});

export type OrderListParameters = Static<typeof OrderListQuery>;

const NewOrderLine = component(
  'NewOrderLine',
  Type.Object(
    {
      description: VisibleText(MAX_TEXT_LENGTH, { description: 'What is sold.', examples: ['Queso Cabrales'] }),
      quantity: Type.Integer({
        minimum: 1,
        maximum: MAX_QUANTITY,
        description: 'Number of units.',
        examples: [12],
      }),
      unit_price: Type.Number({
        minimum: 0,
        exclusiveMaximum: AMOUNT_LIMIT,
        description: 'Price of a unit, an exact decimal with at most 4 decimals.',
        examples: [14.25],
      }),
      discount: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: 1,
          description:
            'Fraction of the price that is taken off: 0.15 is 15 %. An exact decimal with at most 4 decimals. ' +
            'Defaults to 0.',
          examples: [0.15],
        }),
      ),
    },
    { ...strict, description: 'A line of an order that is created or replaced.' },
  ),
);

export const OrderBody = Type.Object(
  {
    customer: VisibleText(MAX_TEXT_LENGTH, { description: 'Name of the customer.', examples: ['Toms Spezialitäten'] }),
    currency: Type.String({
      pattern: '^[A-Z]{3}$',
      description: 'Currency of all amounts, as an ISO 4217 code.',
      examples: ['USD'],
      [ERROR_MESSAGE]: 'must be three capital letters',
    }),
    lines: Type.Array(NewOrderLine, {
      minItems: 1,
      maxItems: MAX_LINES,
      description: 'The lines of the order, in the sequence in which they are kept.',
    }),
  },
  strict,
);

const OrderLine = component(
  'OrderLine',
  Type.Object(
    {
      description: Type.String({ description: 'What is sold.', examples: ['Queso Cabrales'] }),
      quantity: Type.Integer({ description: 'Number of units.', examples: [12] }),
      unit_price: Type.Number({ description: 'Price of a unit, an exact decimal.', examples: [14] }),
      discount: Type.Number({
        description: 'Fraction of the price that is taken off: 0.15 is 15 %. An exact decimal.',
        examples: [0],
      }),
    },
    { description: 'One line of an order.' },
  ),
);

const orderFields = {
  order_id: IdField("The order's id.", 10_248),
  customer: Type.String({ description: 'Name of the customer.', examples: ['Vins et alcools Chevalier'] }),
  ordered_at: Type.String({
    format: 'date-time',
    description: 'When the order was placed; UTC, to the second.',
    examples: ['1996-07-04T00:00:00Z'],
  }),
  status: Type.Enum([...ORDER_STATUSES], {
    type: 'string',
    description:
      '`open`: can be changed and cancelled. `shipped`: final, read only. `cancelled`: final, and still listed.',
    examples: ['shipped'],
  }),
  currency: Type.String({ description: 'Currency of all amounts, as an ISO 4217 code.', examples: ['USD'] }),
  total: Type.Number({
    description:
      'Sum of unit_price × quantity × (1 − discount) over the lines, computed exactly and rounded once, half up, to ' +
      "the currency's minor unit, or to the decimals of a supplier's price that is finer. An exact decimal.",
    examples: [440],
  }),
  lines: Type.Array(OrderLine, { description: 'The lines of the order, in their sequence.' }),
};

const PagedOrder = component(
  'PagedOrder',
  Type.Object(orderFields, { description: 'An order as a numbered page shows it.' }),
);

export const Order = component(
  'Order',
  Type.Object(
    {
      ...orderFields,
      reservation_id: nullable(
        IdField(
          'The reservation whose confirmation placed the order. Such an order follows its reservation and is cancelled ' +
            'with it. `null` for an order placed by itself.',
        ),
      ),
    },
    { description: 'An order with its lines and its total.' },
  ),
);

export const OrderPage = component(
  'OrderPage',
  Type.Object(
    {
      page: IdField('The requested page.'),
      page_size: Type.Integer({ description: 'Orders per page.', examples: [10] }),
      total_orders: Type.Integer({ description: 'Number of all orders.', examples: [830] }),
      total_pages: Type.Integer({ description: 'Number of all pages.', examples: [83] }),
      orders: Type.Array(PagedOrder, { description: 'The orders of the page. Empty past the last page.' }),
    },
    { description: 'A numbered page of orders, by ascending id.' },
  ),
);

export const OrderList = component(
  'OrderList',
  Type.Object(
    {
      orders: Type.Array(Order, { description: 'The orders of the page, in the sequence of the list.' }),
      next_cursor: nullable(
        Type.String({
          description: 'The `cursor` of the next page; `null` on the last page.',
          examples: ['WzEwMjU3XQ'],
        }),
      ),
    },
    { description: 'A page of the list of orders.' },
  ),
);
