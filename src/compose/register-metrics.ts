import { type Freshness, watchViews } from '../freshness/index.ts';
import type { EventHub } from '../modules/events/index.ts';
import type { HoldEngine } from '../modules/reservations/index.ts';
import type { Database } from '../platform/db/database.ts';
import type { OptionalDependency } from '../platform/http/server/health.ts';
import type { Metrics } from '../platform/metrics.ts';

interface Observed {
  readonly database: Database;
  readonly engine: HoldEngine;
  readonly freshness: Freshness;
  readonly hub: EventHub;
  readonly dependencies: () => readonly OptionalDependency[];
}

/** Registers the metrics of what the app is made of. Those of write-backs are registered where they are started. */
export function registerMetrics(metrics: Metrics, { database, engine, freshness, hub, dependencies }: Observed): void {
  metrics.gauge('holdfast_waiting', 'Requests waiting for their batch', ['lane'], () =>
    Object.entries(engine.waiting()).map(([lane, value]) => ({ labels: { lane }, value })),
  );
  metrics.gauge('holdfast_database', 'Connections in use, and callers waiting for one', ['state'], () =>
    Object.entries(database.load()).map(([state, value]) => ({ labels: { state }, value })),
  );
  metrics.gauge('holdfast_event_listeners', 'Open connections to the event stream', [], () => [
    { labels: {}, value: hub.load().connections },
  ]);
  metrics.gauge(
    'holdfast_event_listeners_cut_off',
    'Connections to the event stream closed because they read too slowly, since the start',
    [],
    () => [{ labels: {}, value: hub.load().cutOff }],
  );
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
  watchViews(metrics, freshness);
}
