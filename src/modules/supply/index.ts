export { startSync } from './start-sync.ts';
export type { Supplier } from './supplier.ts';
