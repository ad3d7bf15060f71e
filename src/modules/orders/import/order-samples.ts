import { createReadStream } from 'node:fs';
import type { Database } from '../../../platform/db/database.ts';
import { hasOrders } from '../order-view.ts';
import { importOrders } from './import-orders.ts';

/**
 * Loads the sample orders into a database that has no orders. Of several instances that start together, one loads them;
 * the others wait for it and then find its orders.
 *
 * @param directory of the two CSV files
 * @returns the number of orders loaded
 */
export async function loadOrderSamples(database: Database, directory: string): Promise<number> {
  if (await database.read(hasOrders)) return 0;
  const { orders } = await importOrders(database, {
    orders: createReadStream(`${directory}/northwind-orders.csv`),
    lines: createReadStream(`${directory}/northwind-order-lines.csv`),
  });
  return orders;
}
