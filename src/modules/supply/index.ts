export { createAdapter } from './adapters/create-adapter.ts';
export { addBookingRoutes } from './booking-routes.ts';
export type { SupplyDeps } from './supply-deps.ts';
export { watchWriteBacks } from './watch-write-backs.ts';
export { unparkWriteBacks } from './write-back-store.ts';
export { WriteBackWorker } from './write-back-worker.ts';
