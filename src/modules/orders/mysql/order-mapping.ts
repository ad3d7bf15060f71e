import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { isCurrency } from '../../../platform/money.ts';
import { StartError } from '../../../platform/start-error.ts';
import { isTimeZone } from '../../../platform/time/instant.ts';
import { ORDER_STATUSES } from '../order.ts';

const strict = { additionalProperties: false };
/** Names are put into statements between backticks, so they contain none. */
const Name = Type.String({ pattern: '^[^`\\u0000.]{1,64}$' });
/** A column of the table itself, or `join.column`. */
const Column = Type.String({ pattern: '^[^`\\u0000.]{1,64}(\\.[^`\\u0000.]{1,64})?$' });
const Status = Type.Union(ORDER_STATUSES.map((status) => Type.Literal(status)));

/** At most one row of another table for each row: those whose columns equal columns of the table itself, and texts. */
const Join = Type.Object(
  {
    table: Name,
    on: Type.Record(Type.String(), Name, { minProperties: 1, maxProperties: 1 }),
    where: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  strict,
);
const tableFields = {
  table: Name,
  joins: Type.Optional(Type.Record(Type.String({ pattern: '^[a-z_]+$' }), Join)),
  /** Only rows whose columns have one of these values. */
  only: Type.Optional(Type.Record(Type.String(), Type.Array(Type.String(), { minItems: 1 }))),
};

const MappingFile = Type.Object(
  {
    /** Zone of columns without one. */
    time_zone: Type.Optional(Type.String()),
    orders: Type.Object(
      {
        ...tableFields,
        id: Name,
        /** Several columns are joined by a space. */
        customer: Type.Array(Column, { minItems: 1 }),
        ordered_at: Column,
        status: Type.Object(
          {
            column: Column,
            values: Type.Optional(Type.Record(Type.String(), Status)),
            null: Type.Optional(Status),
            otherwise: Status,
          },
          strict,
        ),
        currency: Type.Union([Type.Object({ value: Type.String() }, strict), Type.Object({ column: Column }, strict)]),
        /** Rises whenever the order changes. Polled where the binary log cannot be read. */
        updated_at: Type.Optional(Name),
      },
      strict,
    ),
    lines: Type.Object(
      {
        ...tableFields,
        order_id: Name,
        sequence: Type.Array(Name, { minItems: 1 }),
        description: Column,
        quantity: Column,
        /** Price of a unit; or `amount`, that of all units after the discount. */
        unit_price: Type.Optional(Column),
        amount: Type.Optional(Column),
        /** Fraction of the price that is taken off. */
        discount: Type.Optional(Column),
      },
      strict,
    ),
  },
  strict,
);

/** How the tables of a shop are read as orders: the content of `ORDERS_SOURCE_FILE`. */
export type OrderMapping = Static<typeof MappingFile>;
export type TableMapping = OrderMapping['orders'] | OrderMapping['lines'];

/** @param origin names the file in the error */
export function parseMapping(content: unknown, origin: string): OrderMapping {
  const [error] = Value.Errors(MappingFile, content);
  if (error) {
    const place = error.instancePath.replaceAll('/', '.').slice(1) || 'the file';
    const isUnknown = error.keyword === 'boolean' || error.keyword === 'additionalProperties';
    throw new StartError(`${origin}: ${place} ${isUnknown ? 'is not a known key' : error.message}`);
  }
  const mapping = content as OrderMapping;
  const { time_zone = 'UTC', orders, lines } = mapping;
  if (!isTimeZone(time_zone)) throw new StartError(`${origin}: time_zone ${time_zone} is not a time zone such as UTC`);
  if ('value' in orders.currency && !isCurrency(orders.currency.value)) {
    throw new StartError(`${origin}: orders.currency.value ${orders.currency.value} is not an ISO 4217 currency`);
  }
  if ((lines.unit_price === undefined) === (lines.amount === undefined)) {
    throw new StartError(`${origin}: lines must have either unit_price or amount`);
  }
  if (lines.amount !== undefined && lines.discount !== undefined) {
    throw new StartError(`${origin}: lines.discount cannot be beside lines.amount, which is after the discount`);
  }
  return mapping;
}

/** The join and the column that a column of the mapping names; the join is `undefined` for the table itself. */
export function splitColumn(column: string): { readonly join: string | undefined; readonly name: string } {
  const [first = '', second] = column.split('.');
  return second === undefined ? { join: undefined, name: first } : { join: first, name: second };
}

/** Every column that the mapping names, with the place in the file that names it. */
export function namedColumns(mapping: OrderMapping): readonly { place: string; table: string; column: string }[] {
  return (['orders', 'lines'] as const).flatMap((side) => {
    const mapped: TableMapping = mapping[side];
    const named = columnsOf(mapping, side).map(([key, column]) => {
      const { join, name } = splitColumn(column);
      const table = join === undefined ? mapped.table : mapped.joins?.[join]?.table;
      if (table === undefined) throw new StartError(`${side}.${key} names ${column}, but ${side}.joins has no ${join}`);
      return { place: `${side}.${key}`, table, column: name };
    });
    const joined = Object.entries(mapped.joins ?? {}).flatMap(([name, { table, on, where = {} }]) => [
      ...Object.entries(on).flatMap(([column, own]) => [
        { place: `${side}.joins.${name}.on`, table, column },
        { place: `${side}.joins.${name}.on`, table: mapped.table, column: own },
      ]),
      ...Object.keys(where).map((column) => ({ place: `${side}.joins.${name}.where`, table, column })),
    ]);
    const filtered = Object.keys(mapped.only ?? {}).map((column) => ({
      place: `${side}.only`,
      table: mapped.table,
      column,
    }));
    return [...named, ...joined, ...filtered];
  });
}

function columnsOf({ orders, lines }: OrderMapping, side: 'orders' | 'lines'): (readonly [string, string])[] {
  if (side === 'orders') {
    const { id, customer, ordered_at, status, currency, updated_at } = orders;
    return [
      ['id', id],
      ...customer.map((column) => ['customer', column] as const),
      ['ordered_at', ordered_at],
      ['status.column', status.column],
      ...('column' in currency ? [['currency.column', currency.column] as const] : []),
      ...(updated_at === undefined ? [] : [['updated_at', updated_at] as const]),
    ];
  }
  const { order_id, sequence, description, quantity, unit_price, amount, discount } = lines;
  return [
    ['order_id', order_id],
    ...sequence.map((column) => ['sequence', column] as const),
    ['description', description],
    ['quantity', quantity],
    ...Object.entries({ unit_price, amount, discount }).flatMap(([key, column]) =>
      column === undefined ? [] : [[key, column] as const],
    ),
  ];
}

/** The tables that orders are read from. */
export function tablesOf({ orders, lines }: OrderMapping): readonly string[] {
  const joined = [orders, lines].flatMap(({ joins = {} }) => Object.values(joins).map(({ table }) => table));
  return [...new Set([orders.table, lines.table, ...joined])];
}
