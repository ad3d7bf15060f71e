export { describeOrders } from './describe-orders.ts';
export {
  type ImportedOrders,
  type ImportProgress,
  ImportRefused,
  importOrders,
} from './import/import-orders.ts';
export { loadOrderSamples } from './import/order-samples.ts';
export type { ShopOptions, ShopOrders } from './mysql/open-shop.ts';
export { watchShop } from './mysql/watch-shop.ts';
export { orderConstraints } from './order-failures.ts';
export { addOrderRoutes } from './order-routes.ts';
export { Order as OrderSchema } from './order-schemas.ts';
export { eraseCustomer } from './order-store.ts';
export { readOrdersOfClient } from './order-view.ts';
export type { OrdersDeps } from './orders-deps.ts';
export { createPostgresPages } from './pages/postgres-pages.ts';
export { createPostgresReads } from './postgres-reads.ts';
export { writeOrder } from './write-order.ts';

/** Loads the client of MySQL only where it is used. */
export async function loadOpenShop(): Promise<typeof import('./mysql/open-shop.ts').openShop> {
  return (await import('./mysql/open-shop.ts')).openShop;
}
