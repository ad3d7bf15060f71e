import type { Id } from '../../../platform/ids.ts';
import type { MysqlClient } from '../../../platform/mysql/mysql-client.ts';
import type { LoggedRow, LoggedTransaction } from '../../../platform/mysql/row-log.ts';
import type { OrderMapping, TableMapping } from './order-mapping.ts';
import { marks, name } from './order-sql.ts';
import type { SourceSchema } from './source-schema.ts';

/** The orders that changes concern; `all` when they cannot be listed. */
export type ChangedOrders = ReadonlySet<Id> | 'all';

/** Orders that one batch of changes lists at most. */
const MAX_ORDERS = 5_000;
/** Values of a joined table that are looked up in one statement. */
const MAX_VALUES = 200;

/** How a row of a watched table leads to orders: by the id in a column, or through the rows that join it. */
interface Lead {
  readonly column: string;
  /** Selects the ids of orders whose rows join one of `size` values; `undefined` when the column has the id itself. */
  readonly lookUp: ((size: number) => string) | 'all' | undefined;
}

/** Finds the orders that changed rows of the mapped tables belong to. */
export class OrderFinder {
  readonly #client: MysqlClient;
  readonly #leads = new Map<string, Lead[]>();

  constructor(client: MysqlClient, { orders, lines }: OrderMapping, schema: SourceSchema) {
    this.#client = client;
    this.#add(orders.table, { column: orders.id, lookUp: undefined });
    this.#add(lines.table, { column: lines.order_id, lookUp: undefined });
    this.#addJoins(orders, orders.id, schema);
    this.#addJoins(lines, lines.order_id, schema);
  }

  async find(transactions: readonly LoggedTransaction[]): Promise<ChangedOrders> {
    if (transactions.some(({ unlisted }) => unlisted)) return 'all';
    const ids = new Set<Id>();
    for (const [table, leads] of this.#leads) {
      const rows = transactions.flatMap((transaction) => transaction.rows.get(table) ?? []);
      for (const lead of rows.length === 0 ? [] : leads) {
        const found = await this.#follow(lead, rows);
        if (found === 'all') return 'all';
        for (const id of found) ids.add(id);
      }
      if (ids.size > MAX_ORDERS) return 'all';
    }
    return ids;
  }

  #add(table: string, lead: Lead): void {
    this.#leads.set(table, [...(this.#leads.get(table) ?? []), lead]);
  }

  #addJoins({ table, joins = {} }: TableMapping, idColumn: string, schema: SourceSchema): void {
    for (const { table: joined, on } of Object.values(joins)) {
      const [column = '', own = ''] = Object.entries(on)[0] ?? [];
      const isId = own.toLowerCase() === idColumn.toLowerCase();
      const lookUp = (size: number) =>
        `select distinct ${name(idColumn)} as id from ${name(table)} where ${name(own)} in (${marks(size)}) limit ${MAX_ORDERS + 1}`;
      // Without an index the look-up would read the whole table.
      this.#add(joined, { column, lookUp: isId ? undefined : schema.isIndexed(table, own) ? lookUp : 'all' });
    }
  }

  async #follow({ column, lookUp }: Lead, rows: readonly LoggedRow[]): Promise<ChangedOrders> {
    const values = new Set(rows.map((row) => columnOf(row, column)));
    // The log may be set to leave unchanged columns out.
    if (values.has(undefined) || lookUp === 'all') return 'all';
    const texts = [...values].flatMap((value) => (value === null || value === undefined ? [] : String(value)));
    if (lookUp === undefined) return new Set(texts.map(Number).filter((id) => Number.isSafeInteger(id) && id > 0));
    if (texts.length > MAX_VALUES) return 'all';
    if (texts.length === 0) return new Set();
    const found = await this.#client.read<{ id: number | string }>(lookUp(texts.length), texts);
    return found.length > MAX_ORDERS ? 'all' : new Set(found.map(({ id }) => Number(id)));
  }
}

/** Names of columns have no case in the mapping, and one in the log. */
function columnOf(row: LoggedRow, column: string): unknown {
  if (Object.hasOwn(row, column)) return row[column];
  const key = Object.keys(row).find((each) => each.toLowerCase() === column.toLowerCase());
  return key === undefined ? undefined : row[key];
}
