export { connectSuppliers } from './adapters/connect-suppliers.ts';
export { addSupplyRoutes } from './routes.ts';
export { pullsPerDay, type Supplier } from './supplier/supplier.ts';
export { registerSuppliers } from './supplier/supplier-store.ts';
export { createSupply, type SupplyDeps } from './supply-deps.ts';
export { startSync } from './sync/start-sync.ts';
export { readSyncStatus, type SupplierStatus, type SyncStatus } from './sync/sync-status.ts';
export { startWithdrawing } from './sync/withdraw-removed-suppliers.ts';
export { startWriteBack } from './write-back/start-write-back.ts';
