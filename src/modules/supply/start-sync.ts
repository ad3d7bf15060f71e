import { createAdapter } from './adapters/create-adapter.ts';
import type { Supplier } from './supplier.ts';
import { registerSuppliers } from './supplier-lead-store.ts';
import { SupplierSync, type SyncDeps, type SyncTimes } from './supplier-sync.ts';

/** Begins to sync every supplier; disposing ends it in an orderly way. */
export async function startSync(
  deps: SyncDeps,
  suppliers: readonly Supplier[],
  times?: Partial<SyncTimes>,
): Promise<AsyncDisposable> {
  await deps.database.transaction((tx) =>
    registerSuppliers(
      tx,
      suppliers.map(({ id }) => id),
    ),
  );
  const syncs = suppliers.map((supplier) => new SupplierSync(deps, supplier, createAdapter(supplier), times));
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(syncs.map((sync) => sync[Symbol.asyncDispose]()));
    },
  };
}
