import type { Metrics } from '../../../platform/metrics.ts';
import type { WriteBackWorker } from './write-back-worker.ts';

/** Adds the length of the write-back queue and the outcomes of attempts to the metrics. */
export function watchWriteBacks(metrics: Metrics, worker: WriteBackWorker): void {
  metrics.gauge(
    'holdfast_write_backs',
    'Bookings and cancellations that have not reached the supplier',
    ['supplier', 'state'],
    () =>
      worker.depth().map(({ supplierId, state, entries }) => ({
        labels: { supplier: supplierId, state },
        value: entries,
      })),
  );
  metrics.gauge(
    'holdfast_write_back_attempts',
    'Attempts to send a booking or cancellation since the start, by outcome',
    ['supplier', 'outcome'],
    () =>
      worker.attempts().map(({ supplierId, outcome, count }) => ({
        labels: { supplier: supplierId, outcome },
        value: count,
      })),
  );
}
