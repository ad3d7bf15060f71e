export { addSupplyReadRoutes } from './read-routes.ts';
export type { Supplier } from './supplier.ts';
export { registerSuppliers } from './supplier-store.ts';
export { createSupplyReads, type SupplyReadDeps } from './supply-read-deps.ts';
export { readSyncStatus, type SupplierStatus, type SyncStatus } from './sync-status.ts';
