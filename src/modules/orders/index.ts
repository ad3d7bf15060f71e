export {
  type ImportedOrders,
  type ImportProgress,
  ImportRefused,
  importOrders,
} from './import-orders.ts';
export { orderConstraints } from './order-failures.ts';
export { OrderPages } from './order-pages.ts';
export { addOrderRoutes } from './order-routes.ts';
export type { OrdersDeps } from './orders-deps.ts';
export { loadOrderSamples } from './samples.ts';
