import type { Supplier } from '../supplier/supplier.ts';
import type { Adapter } from './adapter.ts';
import { createAdapter } from './create-adapter.ts';

/** A supplier and the one adapter through which this process sends all its requests to it. */
export interface ConnectedSupplier {
  readonly supplier: Supplier;
  readonly adapter: Adapter;
}

export function connectSuppliers(
  suppliers: readonly Supplier[],
  http?: Parameters<typeof createAdapter>[1],
): readonly ConnectedSupplier[] {
  return suppliers.map((supplier) => ({ supplier, adapter: createAdapter(supplier, http) }));
}
