import type { Metrics } from '../../../platform/metrics.ts';
import { type ExpiryDeps, ExpiryWorker } from './expiry-worker.ts';

/** Upper bounds in seconds. The end of a hold is announced within one second of its expiry. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 5, 60];

/** Starts to end holds as they expire. Disposing stops it after the batch that runs. */
export function startExpiry(deps: Omit<ExpiryDeps, 'onLate'>, metrics: Metrics): AsyncDisposable {
  const onLate = metrics.histogram(
    'holdfast_expiry_delay_seconds',
    'Time from the earliest expires_at in a batch of expired holds until the batch ended them',
    BUCKETS,
  );
  return new ExpiryWorker({ ...deps, onLate });
}
