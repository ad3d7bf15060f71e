import type { Supplier } from '../supplier/supplier.ts';
import type { Adapter } from './adapter.ts';
import { perDateAdapter } from './per-date.ts';
import { snapshotAdapter } from './snapshot.ts';
import { SupplierHttp, type SupplierHttpOptions } from './supplier-http.ts';

/** Creates the adapter that a supplier's configuration names. */
export function createAdapter(supplier: Supplier, options: Partial<SupplierHttpOptions> = {}): Adapter {
  const http = new SupplierHttp(supplier, options);
  switch (supplier.adapter) {
    case 'per-date':
      return perDateAdapter(http, supplier);
    case 'snapshot':
      return snapshotAdapter(http);
  }
}
