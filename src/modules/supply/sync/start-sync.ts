import type { ConnectedSupplier } from '../adapters/connect-suppliers.ts';
import { SupplierSync, type SupplierSyncDeps, type SyncTuning } from './supplier-sync.ts';

/** Begins to sync every supplier, all of them registered; disposing ends it in an orderly way. */
export function startSync(
  deps: SupplierSyncDeps,
  suppliers: readonly ConnectedSupplier[],
  tuning?: Partial<SyncTuning>,
): AsyncDisposable {
  const syncs = suppliers.map(({ supplier, adapter }) => new SupplierSync(deps, supplier, adapter, tuning));
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(syncs.map((sync) => sync[Symbol.asyncDispose]()));
    },
  };
}
