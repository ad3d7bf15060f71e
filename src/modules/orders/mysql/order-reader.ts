import type { Id } from '../../../platform/ids.ts';
import type { MysqlClient } from '../../../platform/mysql/mysql-client.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type { Order } from '../order.ts';
import { isByTime, type OrderFilter, type OrderPlace } from '../order-list.ts';
import type { BitmapWord } from './id-bitmap.ts';
import type { OrderMapping } from './order-mapping.ts';
import { type OrderRow, type RowReading, readOrderRows } from './order-rows.ts';
import { type OrderSql, writeOrderSql } from './order-sql.ts';
import type { SourceSchema } from './source-schema.ts';

/** Numbers of ids that statements have, so that few statements are prepared. The last id fills the rest. */
const SIZES = [1, 10, 100, 1_000];

/** Reads orders from the tables of a shop. Each call is one statement, and so as of one moment. */
export class OrderReader {
  readonly #client: MysqlClient;
  readonly #sql: OrderSql;
  readonly #reading: RowReading;

  constructor(client: MysqlClient, mapping: OrderMapping, schema: SourceSchema) {
    this.#client = client;
    this.#sql = writeOrderSql(mapping, schema);
    const timeZone = this.#sql.isInstant ? 'UTC' : (mapping.time_zone ?? 'UTC');
    this.#reading = { timeZone, hasAmounts: mapping.lines.amount !== undefined };
  }

  /** Reads the orders that exist, in any sequence. */
  async byIds(ids: readonly Id[]): Promise<Order[]> {
    const rows = await this.#byIds<OrderRow>(ids, (size) => this.#sql.ordersById(size));
    return readOrderRows(rows, this.#reading);
  }

  /** Returns those of the ids that are orders now. */
  async existing(ids: readonly Id[]): Promise<Set<Id>> {
    const rows = await this.#byIds<{ id: Id | string }>(ids, (size) => this.#sql.existing(size));
    return new Set(rows.map(({ id }) => Number(id)));
  }

  async list(filter: OrderFilter, after: OrderPlace | undefined, limit: number): Promise<Order[]> {
    // No reservation has placed an order of the shop.
    if (filter.reservationId !== undefined) return [];
    const { from, id, orderedAt } = this.#sql;
    const { conditions, values } = this.#conditionsOf(filter, after);
    const sequence = isByTime(filter) ? `${orderedAt}, ${id}` : id;
    const ids = `select ${id} as id ${[from, ...conditions].join(' and ')} order by ${sequence} limit ${limit}`;
    const rows = await this.#client.read<OrderRow>(this.#sql.ordersOf(ids, sequence), values);
    return readOrderRows(rows, this.#reading);
  }

  /** Reads the ids above `after` up to `upTo` as words of a bitmap, which must be borders of words. */
  async words(after: number, upTo: number): Promise<BitmapWord[]> {
    const rows = await this.#client.read<{ word: number | string; bits: number | string }>(this.#sql.words, [
      String(Math.max(after, 0)),
      String(upTo),
    ]);
    return rows.map(({ word, bits }) => ({ word: Number(word), bits: BigInt(bits) }));
  }

  /** The greatest id as text; `null` when there is no order. */
  async last(): Promise<string | null> {
    const [row] = await this.#client.read<{ last: number | string | null }>(this.#sql.last);
    return row === undefined || row.last === null ? null : String(row.last);
  }

  async #byIds<Row>(ids: readonly Id[], write: (size: number) => string): Promise<Row[]> {
    const chunks = Array.from({ length: Math.ceil(ids.length / 1_000) }, (_, at) =>
      ids.slice(at * 1_000, (at + 1) * 1_000),
    );
    const rows: Row[] = [];
    for (const chunk of chunks) {
      const size = SIZES.find((each) => each >= chunk.length) ?? chunk.length;
      const values = Array.from({ length: size }, (_, at) => String(chunk[Math.min(at, chunk.length - 1)]));
      rows.push(...(await this.#client.read<Row>(write(size), values)));
    }
    return rows;
  }

  #conditionsOf({ customer, status, from, to }: OrderFilter, after: OrderPlace | undefined) {
    const { id, orderedAt, status: statusSql, customer: customerSql } = this.#sql;
    const conditions: string[] = [];
    const values: string[] = [];
    const add = (condition: string, ...bound: string[]) => {
      conditions.push(condition);
      values.push(...bound);
    };
    // The first comparison may use an index. The second is exact, where the column's own takes A for a.
    if (customer !== undefined)
      add(`${customerSql} = ? and binary convert(${customerSql} using utf8mb4) = binary ?`, customer, customer);
    if (status !== undefined) add(`${statusSql} = ?`, status);
    if (from !== undefined) add(`${orderedAt} >= ?`, this.#toLocal(from));
    if (to !== undefined) add(`${orderedAt} < ?`, this.#toLocal(to));
    if (after?.orderedAt !== undefined) {
      const time = this.#toLocal(after.orderedAt);
      add(`(${orderedAt} > ? or (${orderedAt} = ? and ${id} > ?))`, time, time, String(after.id));
    } else if (after) add(`${id} > ?`, String(after.id));
    return { conditions, values };
  }

  /** The instant on the clock of the columns, as MySQL writes it. */
  #toLocal(instant: InstantText): string {
    const local = Temporal.Instant.from(instant).toZonedDateTimeISO(this.#reading.timeZone).toPlainDateTime();
    return local.toString({ fractionalSecondDigits: 6 }).replace('T', ' ');
  }
}
