import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';

/** Tables of a shop that is not a known one, with the types that shops of the past have. */
const TABLES = `
  create table sale (
    id bigint unsigned primary key, buyer varchar(80) character set latin1, placed datetime, paid timestamp(3) null,
    state varchar(20) character set utf8mb3 not null default 'new', currency char(3) not null default 'EUR',
    key (placed));
  create table sale_item (
    sale bigint unsigned not null, position int not null, what varchar(80) character set utf8mb3,
    number decimal(10, 3) not null, price double not null, rebate decimal(5, 4) not null default 0,
    primary key (sale, position));`;

const MAPPING = {
  time_zone: 'Europe/Berlin',
  orders: {
    table: 'sale',
    id: 'id',
    customer: ['buyer'],
    ordered_at: 'placed',
    status: { column: 'state', values: { sent: 'shipped', void: 'cancelled' }, otherwise: 'open' },
    currency: { column: 'currency' },
  },
  lines: {
    table: 'sale_item',
    order_id: 'sale',
    sequence: ['position'],
    description: 'what',
    quantity: 'number',
    unit_price: 'price',
    discount: 'rebate',
  },
};

export type ShopMapping = typeof MAPPING;

/** Creates the tables of a shop in an empty database. */
export async function createPlainShop(connection: Connection): Promise<void> {
  await connection.query(TABLES);
}

/** Writes the mapping of the shop to a file. @returns the path */
export async function writeMapping(
  directory: string,
  change: (mapping: ShopMapping) => unknown = (mapping) => mapping,
): Promise<string> {
  const path = join(directory, `mapping-${crypto.randomUUID()}.json`);
  await writeFile(path, JSON.stringify(change(structuredClone(MAPPING))));
  return path;
}
