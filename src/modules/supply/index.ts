export { connectSuppliers } from './connect-suppliers.ts';
export { startWithdrawing } from './jobs.ts';
export { addSupplyRoutes } from './routes.ts';
export { startSync } from './start-sync.ts';
export { startWriteBack } from './start-write-back.ts';
export { pullsPerDay, type Supplier } from './supplier.ts';
export { registerSuppliers } from './supplier-lead-store.ts';
export { createSupply, type SupplyDeps } from './supply-deps.ts';
export { readSyncStatus, type SupplierStatus, type SyncStatus } from './sync-status.ts';
