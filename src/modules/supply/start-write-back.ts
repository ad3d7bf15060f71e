import type { Metrics } from '../../platform/metrics.ts';
import { createAdapter } from './adapters/create-adapter.ts';
import type { Supplier } from './supplier.ts';
import { watchWriteBacks } from './watch-write-backs.ts';
import { type WriteBackDeps, WriteBackWorker } from './write-back-worker.ts';

/** Begins to tell every supplier what was booked and cancelled; disposing ends it in an orderly way. */
export function startWriteBack(deps: WriteBackDeps, suppliers: readonly Supplier[], metrics: Metrics): AsyncDisposable {
  const worker = new WriteBackWorker(deps, new Map(suppliers.map((each) => [each.id, createAdapter(each)])));
  watchWriteBacks(metrics, worker);
  return worker;
}
