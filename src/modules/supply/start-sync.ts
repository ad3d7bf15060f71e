import { createAdapter } from './adapters/create-adapter.ts';
import type { Supplier } from './supplier.ts';
import { SupplierSync, type SyncDeps, type SyncTuning } from './supplier-sync.ts';

/** Begins to sync every supplier, all of them registered; disposing ends it in an orderly way. */
export function startSync(
  deps: SyncDeps,
  suppliers: readonly Supplier[],
  tuning?: Partial<SyncTuning>,
  http?: Parameters<typeof createAdapter>[1],
): AsyncDisposable {
  const syncs = suppliers.map((supplier) => new SupplierSync(deps, supplier, createAdapter(supplier, http), tuning));
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(syncs.map((sync) => sync[Symbol.asyncDispose]()));
    },
  };
}
