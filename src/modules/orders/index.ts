export { describeOrders } from './describe-orders.ts';
export {
  type ImportedOrders,
  type ImportProgress,
  ImportRefused,
  importOrders,
} from './import/import-orders.ts';
export { loadOrderSamples } from './import/order-samples.ts';
export { orderConstraints } from './order-failures.ts';
export { addOrderRoutes } from './order-routes.ts';
export type { OrdersDeps } from './orders-deps.ts';
export { OrderPages } from './pages/order-pages.ts';
