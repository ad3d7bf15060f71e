import { createReadStream } from 'node:fs';
import type { Database } from '../../../platform/db/database.ts';
import { hasOrders } from '../order-view.ts';
import { importOrders } from './import-orders.ts';

/**
 * Loads the sample orders, only into a database without any. Of instances that start together the later ones wait for
 * the first, and then find its orders there.
 *
 * @param directory where the two CSV files are
 * @returns how many it loaded
 */
export async function loadOrderSamples(database: Database, directory: string): Promise<number> {
  if (await database.read(hasOrders)) return 0;
  const { orders } = await importOrders(database, {
    orders: createReadStream(`${directory}/northwind-orders.csv`),
    lines: createReadStream(`${directory}/northwind-order-lines.csv`),
  });
  return orders;
}
