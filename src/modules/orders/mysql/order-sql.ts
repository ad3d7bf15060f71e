import { PRICE_DECIMALS } from '../../../platform/money.ts';
import { WORD_IDS } from './id-bitmap.ts';
import type { OrderMapping, TableMapping } from './order-mapping.ts';
import { splitColumn } from './order-mapping.ts';
import { INEXACT, type SourceSchema, TIMES } from './source-schema.ts';

/** The fragments that statements over the mapped tables are made of. The orders are `o`, their lines `l`. */
export interface OrderSql {
  /** Orders of a list of ids, with their lines, in rows of `OrderRow`. @param size number of ids */
  ordersById(size: number): string;
  /** The same for orders that a statement selects as `id`. @param sequence of the orders */
  ordersOf(ids: string, sequence: string): string;
  /** Which of a list of ids are orders. */
  existing(size: number): string;
  /** Ids above `?` up to `?`, as words of the bitmap. */
  readonly words: string;
  /** The greatest id. */
  readonly last: string;
  /** `from` and `where` of all orders, for conditions to be added to. */
  readonly from: string;
  readonly id: string;
  readonly orderedAt: string;
  readonly status: string;
  readonly customer: string;
  /** Whether `ordered_at` is in UTC whatever the zone of the mapping. */
  readonly isInstant: boolean;
}

export function writeOrderSql(mapping: OrderMapping, schema: SourceSchema): OrderSql {
  const { orders, lines } = mapping;
  const order = columnWriter('o', orders, schema);
  const line = columnWriter('l', lines, schema);
  const id = order.column(orders.id);
  const orderedAt = order.column(orders.ordered_at);
  const names = orders.customer.map(order.column);
  // Of one column, the column itself: an index may find it.
  const customer = names.length === 1 ? names.join('') : `concat_ws(' ', ${names.join(', ')})`;
  const status = writeStatus(orders.status, order);
  const currency = 'value' in orders.currency ? literal(orders.currency.value) : order.column(orders.currency.column);
  const price = lines.unit_price ?? lines.amount ?? '';
  const columns = [
    `${id} as id, ${customer} as customer, ${orderedAt} as ordered_at, ${status} as status, ${currency} as currency`,
    `l.${name(lines.order_id)} is not null as has_line, ${line.column(lines.description)} as description`,
    `${line.amount(lines.quantity)} as quantity, ${line.amount(price)} as price`,
    `${lines.discount === undefined ? "'0'" : line.amount(lines.discount)} as discount`,
  ].join(',\n       ');
  const linesJoin = [
    `left join ${name(lines.table)} l on l.${name(lines.order_id)} = ${id}${line.only}`,
    ...line.joins,
  ].join('\n  ');
  const lineSequence = lines.sequence.map(line.column).join(', ');
  const table = `${name(orders.table)} o`;
  const where = `${id} between 1 and ${Number.MAX_SAFE_INTEGER}${order.only}`;
  const orderJoins = order.joins.join('\n  ');
  return {
    ordersById: (size) =>
      `select ${columns}\n  from ${table}\n  ${orderJoins}\n  ${linesJoin}
  where ${where} and ${id} in (${marks(size)}) order by ${id}, ${lineSequence}`,
    ordersOf: (ids, sequence) =>
      `select ${columns}\n  from (${ids}) page join ${table} on ${id} = page.id\n  ${orderJoins}\n  ${linesJoin}
  order by ${sequence}, ${lineSequence}`,
    existing: (size) => `select ${id} as id from ${table} where ${where} and ${id} in (${marks(size)})`,
    words: `select ${id} div ${WORD_IDS} as word, bit_or(1 << (${id} % ${WORD_IDS})) as bits from ${table}
  where ${where} and ${id} > ? and ${id} <= ? group by word order by word`,
    last: `select max(${id}) as last from ${table}`,
    from: `from ${table}\n  ${orderJoins}\n  where ${where}`,
    id,
    orderedAt,
    status,
    customer,
    isInstant: order.typeOf(orders.ordered_at) === 'timestamp',
  };
}

interface ColumnWriter {
  column(mapped: string): string;
  /** A number as exact decimal text. */
  amount(mapped: string): string;
  typeOf(mapped: string): string | undefined;
  readonly joins: readonly string[];
  /** The conditions of `only`, each after `and`. */
  readonly only: string;
}

function columnWriter(alias: string, mapped: TableMapping, schema: SourceSchema): ColumnWriter {
  const { table, joins = {}, only = {} } = mapped;
  const typeOf = (column: string) => {
    const { join, name: own } = splitColumn(column);
    return schema.typeOf(join === undefined ? table : (joins[join]?.table ?? ''), own);
  };
  const column = (text: string) => {
    const { join, name: own } = splitColumn(text);
    return `${join === undefined ? alias : name(`${alias}_${join}`)}.${name(own)}`;
  };
  return {
    column,
    typeOf,
    // A float has no exact decimal. The nearest one with the decimals of a price is the one that was meant.
    amount: (text) => {
      const isInexact = INEXACT.includes(typeOf(text) ?? '');
      return `cast(${isInexact ? `cast(${column(text)} as decimal(30, ${PRICE_DECIMALS}))` : column(text)} as char)`;
    },
    joins: Object.entries(joins).map(([joinName, { table: joined, on, where = {} }]) => {
      const joinAlias = name(`${alias}_${joinName}`);
      const conditions = [
        ...Object.entries(on).map(([theirs, own]) => `${joinAlias}.${name(theirs)} = ${alias}.${name(own)}`),
        ...Object.entries(where).map(([theirs, value]) => `${joinAlias}.${name(theirs)} = ${literal(value)}`),
      ];
      return `left join ${name(joined)} ${joinAlias} on ${conditions.join(' and ')}`;
    }),
    only: Object.entries(only)
      .map(([own, values]) => ` and ${alias}.${name(own)} in (${values.map(literal).join(', ')})`)
      .join(''),
  };
}

function writeStatus(
  { column, values = {}, null: ifNull, otherwise }: OrderMapping['orders']['status'],
  order: ColumnWriter,
): string {
  const own = order.column(column);
  // MySQL accepts dates of zeros, which stand for no date.
  const isZero = TIMES.includes(order.typeOf(column) ?? '') ? ` or cast(${own} as char) like '0000-00-00%'` : '';
  const whenNull = ifNull === undefined ? '' : ` when ${own} is null${isZero} then '${ifNull}'`;
  const whenEqual = Object.entries(values).map(
    ([value, status]) => ` when ${own} = ${literal(value)} then '${status}'`,
  );
  const cases = `${whenNull}${whenEqual.join('')}`;
  return cases === '' ? `'${otherwise}'` : `case${cases} else '${otherwise}' end`;
}

/** The mapping's check lets no backtick through. */
export function name(identifier: string): string {
  return `\`${identifier}\``;
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

export function marks(size: number): string {
  return Array(size).fill('?').join(', ');
}
