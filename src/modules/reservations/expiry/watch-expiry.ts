import type { Database } from '../../../platform/db/database.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import { readOnScrape } from '../../../platform/read-on-scrape.ts';
import { readDueInMs } from './due-hold-store.ts';

/**
 * Adds to the metrics how long the earliest expired hold has been waiting for its end. The histogram of the expiry
 * worker says nothing when no worker runs; this does.
 */
export function watchExpiry(metrics: Metrics, database: Database): void {
  const dueIn = readOnScrape(async () => ({ ms: await database.read(readDueInMs) }));
  metrics.gauge(
    'holdfast_expiry_overdue_seconds',
    'Time since the earliest expires_at of a hold that has expired and was not ended; 0 without one',
    [],
    async () => {
      const due = await dueIn();
      return due ? [{ labels: {}, value: Math.max(0, -(due.ms ?? 0)) / 1_000 }] : [];
    },
  );
}
