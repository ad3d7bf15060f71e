import type { Metrics } from '../../../platform/metrics.ts';
import type { ConnectedSupplier } from '../adapters/connect-suppliers.ts';
import { watchWriteBacks } from './watch-write-backs.ts';
import { type WriteBackDeps, WriteBackWorker } from './write-back-worker.ts';

/** Starts to send write-backs to all suppliers. Disposing stops it in an orderly way. */
export function startWriteBack(
  deps: WriteBackDeps,
  suppliers: readonly ConnectedSupplier[],
  metrics: Metrics,
): AsyncDisposable {
  const worker = new WriteBackWorker(deps, new Map(suppliers.map(({ supplier, adapter }) => [supplier.id, adapter])));
  watchWriteBacks(metrics, worker);
  return worker;
}
