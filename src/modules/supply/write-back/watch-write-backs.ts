import type { Metrics } from '../../../platform/metrics.ts';
import type { WriteBackWorker } from './write-back-worker.ts';

/** Shows at `/metrics` what suppliers still have to be told, and how that goes. */
export function watchWriteBacks(metrics: Metrics, worker: WriteBackWorker): void {
  metrics.gauge(
    'holdfast_write_backs',
    'Bookings and cancellations that suppliers have not been told of',
    ['supplier', 'state'],
    () =>
      worker.depth().map(({ supplierId, state, entries }) => ({
        labels: { supplier: supplierId, state },
        value: entries,
      })),
  );
  metrics.gauge(
    'holdfast_write_back_attempts',
    'Attempts to tell a supplier by what became of them, since the start',
    ['supplier', 'outcome'],
    () =>
      worker.attempts().map(({ supplierId, outcome, count }) => ({
        labels: { supplier: supplierId, outcome },
        value: count,
      })),
  );
}
