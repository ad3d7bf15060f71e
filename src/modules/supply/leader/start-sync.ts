import type { ConnectedSupplier } from '../adapters/connect-suppliers.ts';
import { SupplierSync, type SupplierSyncDeps } from './supplier-sync.ts';
import type { SyncTuning } from './sync-tuning.ts';

/** Starts the sync of every supplier; all of them must be registered. Disposing stops it in an orderly way. */
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
