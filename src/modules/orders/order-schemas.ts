import { Type } from 'typebox';
import {
  CursorParameter,
  ERROR_MESSAGE,
  IdField,
  IdParameter,
  LimitParameter,
} from '../../platform/http/parameters.ts';
import { ORDER_STATUSES } from './order.ts';

const strict = { additionalProperties: false };

/** Text a person writes: something visible, no control characters, no half of a surrogate pair. */
const written = (maxLength: number) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: '^(?=.*\\S)[^\\p{Cc}\\p{Cs}]*$',
    [ERROR_MESSAGE]: `must be 1 to ${maxLength} characters, something visible among them and no control characters`,
  });

const Currency = Type.String({
  pattern: '^[A-Z]{3}$',
  description: 'ISO 4217',
  examples: ['USD'],
  [ERROR_MESSAGE]: 'must be three capital letters',
});

const Amount = Type.Number({
  minimum: 0,
  exclusiveMaximum: 100_000_000_000,
  description: 'An exact decimal with 4 decimals at most',
});
const Discount = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'The part taken off, 0.15 for 15 %; an exact decimal with 4 decimals at most. 0 unless told',
});

const LineFields = { description: written(500), quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }) };

export const OrderBody = Type.Object(
  {
    customer: written(500),
    currency: Currency,
    lines: Type.Array(Type.Object({ ...LineFields, unit_price: Amount, discount: Type.Optional(Discount) }, strict), {
      minItems: 1,
      maxItems: 200,
    }),
  },
  strict,
);

const PagedOrder = Type.Object({
  order_id: IdField(),
  customer: Type.String(),
  ordered_at: Type.String({ description: 'UTC, to the second', examples: ['1996-07-04T00:00:00Z'] }),
  status: Type.Enum([...ORDER_STATUSES], {
    description:
      '`open`: may be changed and cancelled. `shipped`: it has left, and is only read. `cancelled`: stays listed. ' +
      'Nothing follows the last two',
  }),
  currency: Type.String({ description: 'ISO 4217' }),
  total: Type.Number({
    description:
      'The sum of unit_price × quantity × (1 − discount) over the lines, reckoned exactly and rounded once, half up, ' +
      "to the currency's smallest coin; written as an exact decimal",
  }),
  lines: Type.Array(
    Type.Object({
      description: Type.String(),
      quantity: Type.Integer(),
      unit_price: Type.Number(),
      discount: Type.Number(),
    }),
  ),
});

export const OrderSchema = Type.Object({
  ...PagedOrder.properties,
  reservation_id: Type.Union([IdField('The reservation that placed the order by being confirmed'), Type.Null()], {
    description: '`null` for an order placed by hand. An order of a reservation follows it and is cancelled with it',
  }),
});

export const PageParams = Type.Object({ page: IdParameter('From 1 on') });
export const NumberedPage = Type.Object({
  page: IdField(),
  page_size: Type.Integer(),
  total_orders: Type.Integer(),
  total_pages: Type.Integer(),
  orders: Type.Array(PagedOrder),
});

export const IdParams = Type.Object({ id: IdParameter('Its id') });
export const OrderListQuery = Type.Object({
  cursor: Type.Optional(CursorParameter),
  limit: Type.Optional(LimitParameter),
  reservation_id: Type.Optional(IdParameter('Only the order of this reservation')),
});
export const OrderList = Type.Object({
  orders: Type.Array(OrderSchema),
  next_cursor: Type.Union([Type.String(), Type.Null()], { description: '`null` on the last page' }),
});
