export { connectSuppliers } from './adapters/connect-suppliers.ts';
export { startSync } from './leader/start-sync.ts';
export { startWithdrawing } from './leader/withdraw-removed-suppliers.ts';
export { addSupplyRoutes } from './routes.ts';
export { readSyncStatus, type SupplierStatus, type SyncStatus } from './status/sync-status.ts';
export { pullsPerDay, type Supplier } from './supplier/supplier.ts';
export { registerSuppliers } from './supplier/supplier-store.ts';
export { createSupply, type SupplyDeps } from './supply-deps.ts';
export { startWriteBack } from './write-back/start-write-back.ts';
