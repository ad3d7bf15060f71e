import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readCsv } from '../../../src/platform/import/csv-rows.ts';
import type { OwnMariaDb } from './own-mariadb.ts';

const SAMPLES = fileURLToPath(new URL('../../../samples', import.meta.url));
const ORDER_COLUMNS = ['order_id', 'customer_id', 'customer_name', 'ordered_on', 'shipped_on'] as const;
const LINE_COLUMNS = ['order_id', 'product_id', 'product_name', 'unit_price', 'quantity', 'discount'] as const;

/** Account that may read one database. */
const READER = { user: 'holdfast', password: 'p@ss word' };

const TABLES = `
  create table customers (customer_id char(5) primary key, company_name varchar(40) character set latin1 not null);
  create table products (product_id smallint primary key, product_name varchar(40) character set utf8mb3 not null);
  create table orders (
    order_id int unsigned primary key auto_increment, customer_id char(5), order_date date, shipped_date date,
    updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6),
    key (customer_id), key (updated_at));
  create table order_details (
    order_id int unsigned not null, product_id smallint not null, unit_price decimal(10, 2) not null,
    quantity smallint not null, discount float not null, primary key (order_id, product_id), key (product_id));`;

/** Creates a database with the 830 orders of Northwind, in the tables that they usually have. */
export async function createNorthwind(server: OwnMariaDb, database: string): Promise<void> {
  await server.run(
    `create database ${database} character set utf8mb4`,
    `create user if not exists '${READER.user}'@'%' identified by '${READER.password}'`,
    `grant select on ${database}.* to '${READER.user}'@'%'`,
  );
  const connection = await server.connect(database);
  try {
    await connection.query(TABLES);
    const orders = await readRows('northwind-orders.csv', ORDER_COLUMNS);
    const lines = await readRows('northwind-order-lines.csv', LINE_COLUMNS);
    const insert = (table: string, columns: string, rows: readonly (readonly unknown[])[]) =>
      connection.query(`insert ignore into ${table} (${columns}) values ?`, [rows]);
    await insert(
      'customers',
      'customer_id, company_name',
      orders.map((row) => [row.customer_id, row.customer_name]),
    );
    await insert(
      'products',
      'product_id, product_name',
      lines.map((row) => [row.product_id, row.product_name]),
    );
    await insert(
      'orders',
      'order_id, customer_id, order_date, shipped_date',
      orders.map((row) => [row.order_id, row.customer_id, row.ordered_on, row.shipped_on || null]),
    );
    await insert(
      'order_details',
      'order_id, product_id, unit_price, quantity, discount',
      lines.map((row) => [row.order_id, row.product_id, row.unit_price, row.quantity, row.discount]),
    );
  } finally {
    await connection.end();
  }
}

/** Lets the account read the binary log, or no longer. */
export async function allowLog(server: OwnMariaDb, isAllowed: boolean): Promise<void> {
  const privileges = 'replication slave, binlog monitor on *.*';
  await server.run(
    isAllowed ? `grant ${privileges} to '${READER.user}'@'%'` : `revoke ${privileges} from '${READER.user}'@'%'`,
  );
}

/** The URL of a database, for the account. */
export function shopUrl({ port }: Pick<OwnMariaDb, 'port'>, database: string): string {
  return `mysql://${READER.user}:${encodeURIComponent(READER.password)}@127.0.0.1:${port}/${database}`;
}

async function readRows<Name extends string>(
  file: string,
  columns: readonly Name[],
): Promise<Readonly<Record<Name, string>>[]> {
  const rows: Readonly<Record<Name, string>>[] = [];
  for await (const { fields } of readCsv(createReadStream(`${SAMPLES}/${file}`), columns)) {
    rows.push(fields as Readonly<Record<Name, string>>);
  }
  return rows;
}
