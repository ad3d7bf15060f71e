import { performance } from 'node:perf_hooks';
import { type Views, watchViews } from '../freshness/index.ts';
import type { EventHub } from '../modules/events/index.ts';
import { type ShopOrders, watchShop } from '../modules/orders/index.ts';
import { type HoldEngine, watchExpiry } from '../modules/reservations/index.ts';
import { type Supplier, watchSuppliers } from '../modules/supply/index.ts';
import { watchDeliveries } from '../modules/webhooks/index.ts';
import type { ServedBatch } from '../platform/batcher.ts';
import type { ChangeFeed } from '../platform/db/change-feed.ts';
import type { Database } from '../platform/db/database.ts';
import type { OptionalDependency } from '../platform/http/server/health.ts';
import type { Metrics } from '../platform/metrics.ts';

interface Observed {
  readonly version: string;
  readonly database: Database;
  readonly engine: HoldEngine;
  readonly freshness: Views;
  readonly shop: ShopOrders | undefined;
  readonly feed: ChangeFeed;
  readonly hub: EventHub;
  readonly dependencies: () => readonly OptionalDependency[];
  readonly suppliers: readonly Supplier[];
}

/**
 * Registers the metrics of what the app is made of. Those of write-backs, deliveries and ended holds are registered
 * where these are started.
 */
export function registerMetrics(metrics: Metrics, observed: Observed): void {
  const { version, database, engine, freshness, feed, hub, dependencies, suppliers, shop } = observed;
  metrics.gauge('holdfast_build_info', 'Always 1; the labels say what runs', ['version'], () => [
    { labels: { version }, value: 1 },
  ]);
  metrics.counter(
    'holdfast_event_loop_busy_seconds_total',
    'Time in which the event loop was not idle: its rate is the share of one processor that the loop needs',
    [],
    () => [{ labels: {}, value: performance.eventLoopUtilization().active / 1_000 }],
  );
  // Beside the counter by route and status: a series that appears with its first error has not risen.
  metrics.counter('holdfast_internal_errors_total', 'Answers with status 500', [], () => [
    { labels: {}, value: metrics.requests.count(500) },
  ]);
  metrics.gauge('holdfast_waiting', 'Requests waiting for their batch', ['lane'], () =>
    Object.entries(engine.waiting()).map(([lane, value]) => ({ labels: { lane }, value })),
  );
  metrics.gauge('holdfast_database', 'Connections in use, and callers waiting for one', ['state'], () =>
    Object.entries(database.load()).map(([state, value]) => ({ labels: { state }, value })),
  );
  watchListeners(metrics, hub);
  metrics.gauge(
    'holdfast_dependency_in_use',
    'Optional dependencies: 1 while in use, 0 while not',
    ['dependency'],
    () =>
      dependencies().map(({ name, trouble }) => ({
        labels: { dependency: name },
        value: trouble === undefined ? 1 : 0,
      })),
  );
  watchFeed(metrics, feed);
  watchViews(metrics, freshness);
  if (shop) watchShop(metrics, shop);
  watchExpiry(metrics, database);
  watchDeliveries(metrics, database);
  watchSuppliers(metrics, database, suppliers);
}

function watchListeners(metrics: Metrics, hub: EventHub): void {
  metrics.gauge('holdfast_event_listeners', 'Open connections to the event stream', [], () => [
    { labels: {}, value: hub.load().connections },
  ]);
  metrics.gauge(
    'holdfast_event_listeners_cut_off',
    'Connections to the event stream closed because they read too slowly, since the start',
    [],
    () => [{ labels: {}, value: hub.load().cutOff }],
  );
}

function watchFeed(metrics: Metrics, feed: ChangeFeed): void {
  let changes = 0;
  let interruptions = 0;
  feed.subscribe({
    changed() {
      changes += 1;
    },
    interrupted(repeated) {
      if (!repeated) interruptions += 1;
    },
  });
  metrics.counter('holdfast_feed_changes_total', 'Changes that the database has announced to this instance', [], () => [
    { labels: {}, value: changes },
  ]);
  metrics.counter(
    'holdfast_feed_interruptions_total',
    'Times that the change feed was disconnected or reconnected, so that entries in memory became uncertain',
    [],
    () => [{ labels: {}, value: interruptions }],
  );
}

/** Upper bounds in seconds. A batch is one transaction, whose time-out is ten seconds. */
const BATCH_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Registers the metrics of batches. @returns the function that records a batch */
export function countBatches(metrics: Metrics): (batch: ServedBatch) => void {
  const labels = ['lane'] as const;
  const took = metrics.histogram(
    'holdfast_batch_seconds',
    'Time of a batch of holds or confirms, from its statement to its commit',
    BATCH_BUCKETS,
    labels,
  );
  const waited = metrics.histogram(
    'holdfast_batch_wait_seconds',
    'Time that the first caller of a batch waited for it to begin',
    BATCH_BUCKETS,
    labels,
  );
  const sizes = new Map<string, number>();
  metrics.counter('holdfast_batched_requests_total', 'Requests that were served in batches', labels, () =>
    [...sizes].map(([lane, value]) => ({ labels: { lane }, value })),
  );
  return ({ lane, size, waitedMs, tookMs }) => {
    took(tookMs / 1_000, { lane });
    waited(waitedMs / 1_000, { lane });
    sizes.set(lane, (sizes.get(lane) ?? 0) + size);
  };
}
