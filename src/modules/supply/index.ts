export { addBookingRoutes } from './booking-routes.ts';
export { startSync } from './start-sync.ts';
export { startWriteBack } from './start-write-back.ts';
export type { Supplier } from './supplier.ts';
export type { SupplyDeps } from './supply-deps.ts';
export { unparkWriteBacks } from './write-back-store.ts';
