export { addSupplyReadRoutes } from './read-routes.ts';
export { startSync } from './start-sync.ts';
export type { Supplier } from './supplier.ts';
export { registerSuppliers } from './supplier-lead-store.ts';
export { createSupplyReads, type SupplyReadDeps } from './supply-read-deps.ts';
export { readSyncStatus, type SupplierStatus, type SyncStatus } from './sync-status.ts';
