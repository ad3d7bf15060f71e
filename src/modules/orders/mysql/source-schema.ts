import type { RunStatement } from '../../../platform/mysql/mysql-client.ts';
import { StartError } from '../../../platform/start-error.ts';
import { namedColumns, type OrderMapping, splitColumn, type TableMapping, tablesOf } from './order-mapping.ts';

/** The real columns of the mapped tables. */
export interface SourceSchema {
  /** Type of a column, such as `decimal`; `undefined` when the table has no such column. */
  typeOf(table: string, column: string): string | undefined;
  /** Whether an index begins with the column. */
  isIndexed(table: string, column: string): boolean;
}

const WHOLE = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint'];
export const INEXACT = ['float', 'double'];
const NUMERIC = [...WHOLE, ...INEXACT, 'decimal'];
export const TIMES = ['date', 'datetime', 'timestamp'];

/** Reads the schema of some tables, in the database of the connection. */
export async function readSchema(run: RunStatement, tables: readonly string[]): Promise<SourceSchema> {
  const marks = tables.map(() => '?').join(', ');
  const columns = await run<{ t: string; c: string; type: string }>(
    `select table_name as t, column_name as c, data_type as type from information_schema.columns
      where table_schema = database() and table_name in (${marks})`,
    tables,
  );
  const indexes = await run<{ t: string; c: string }>(
    `select table_name as t, column_name as c from information_schema.statistics
      where table_schema = database() and table_name in (${marks}) and seq_in_index = 1`,
    tables,
  );
  // Names of columns have no case; those of tables may have one.
  const keyOf = (table: string, column: string) => `${table}.${column.toLowerCase()}`;
  const types = new Map(columns.map(({ t, c, type }) => [keyOf(t, c), type.toLowerCase()]));
  const indexed = new Set(indexes.map(({ t, c }) => keyOf(t, c)));
  return {
    typeOf: (table, column) => types.get(keyOf(table, column)),
    isIndexed: (table, column) => indexed.has(keyOf(table, column)),
  };
}

/** Whether the schema has every table and column that a mapping names. */
export function fits(schema: SourceSchema, mapping: OrderMapping): boolean {
  return namedColumns(mapping).every(({ table, column }) => schema.typeOf(table, column) !== undefined);
}

/**
 * Checks that orders can be read as the mapping says.
 *
 * @param origin names the file in the error
 * @throws StartError with a line for each thing that does not fit
 */
export function checkSchema(schema: SourceSchema, mapping: OrderMapping, origin: string): void {
  const problems = [...findMissing(schema, mapping), ...findUnfit(schema, mapping)];
  if (problems.length === 0) return;
  const [only] = problems;
  throw new StartError(
    problems.length === 1
      ? `${origin}: ${only}`
      : `${origin}: ${problems.length} things do not fit the database:\n  ${problems.join('\n  ')}`,
  );
}

function findMissing(schema: SourceSchema, mapping: OrderMapping): string[] {
  const named = namedColumns(mapping);
  const isThere = (table: string) =>
    named.some((each) => each.table === table && schema.typeOf(table, each.column) !== undefined);
  const tables = tablesOf(mapping).filter((table) => !isThere(table));
  return [
    ...tables.map((table) => `there is no table ${table}, or the account may not read it`),
    ...named
      .filter(({ table, column }) => !tables.includes(table) && schema.typeOf(table, column) === undefined)
      .map(({ place, table, column }) => `${place}: the table ${table} has no column ${column}`),
  ];
}

function findUnfit(schema: SourceSchema, { orders, lines }: OrderMapping): string[] {
  const problems: string[] = [];
  const check = (
    mapped: TableMapping,
    place: string,
    column: string | undefined,
    types: readonly string[],
    is: string,
  ) => {
    if (column === undefined) return;
    const { join, name } = splitColumn(column);
    const table = join === undefined ? mapped.table : mapped.joins?.[join]?.table;
    const type = table === undefined ? undefined : schema.typeOf(table, name);
    if (type !== undefined && !types.includes(type))
      problems.push(`${place}: ${table}.${name} is ${type}, which is not ${is}`);
  };
  const checkIndex = (place: string, table: string, column: string, why: string) => {
    if (schema.typeOf(table, column) === undefined || schema.isIndexed(table, column)) return;
    problems.push(`${place}: no index of ${table} begins with ${column}, so ${why} would read the whole table`);
  };
  check(orders, 'orders.id', orders.id, WHOLE, 'a whole number');
  check(orders, 'orders.ordered_at', orders.ordered_at, TIMES, 'a date or time');
  check(orders, 'orders.updated_at', orders.updated_at, TIMES, 'a date or time');
  check(lines, 'lines.quantity', lines.quantity, NUMERIC, 'a number');
  check(lines, 'lines.unit_price', lines.unit_price, NUMERIC, 'money: use a DECIMAL, integer or DOUBLE column');
  check(lines, 'lines.amount', lines.amount, NUMERIC, 'money: use a DECIMAL, integer or DOUBLE column');
  check(lines, 'lines.discount', lines.discount, NUMERIC, 'a number');
  checkIndex('orders.id', orders.table, orders.id, 'each order');
  checkIndex('lines.order_id', lines.table, lines.order_id, 'the lines of each order');
  if (orders.updated_at !== undefined) checkIndex('orders.updated_at', orders.table, orders.updated_at, 'each poll');
  for (const [side, { joins = {} }] of [
    ['orders', orders],
    ['lines', lines],
  ] as const) {
    for (const [name, { table, on }] of Object.entries(joins)) {
      const [column = ''] = Object.keys(on);
      checkIndex(`${side}.joins.${name}.on`, table, column, 'each order');
    }
  }
  return problems;
}
