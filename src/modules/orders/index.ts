export { orderConstraints } from './order-failures.ts';
export { OrderPages } from './order-pages.ts';
export { addOrderRoutes } from './order-routes.ts';
export type { OrdersDeps } from './orders-deps.ts';
