import type { Metrics } from '../platform/metrics.ts';
import type { View } from './view/view.ts';
import type { ViewCounters } from './view/view-counters.ts';

/** The published figures of a view, by name. Times are in seconds. */
const PUBLISHED: Readonly<Record<string, (counters: ViewCounters) => number>> = {
  hits: (counters) => counters.hits,
  misses: (counters) => Object.values(counters.misses).reduce((sum, each) => sum + each, 0),
  waits: (counters) => counters.waits,
  remote_hits: (counters) => counters.remoteHits,
  loads: (counters) => counters.loads,
  load_seconds: (counters) => counters.loadMs / 1_000,
  patches: (counters) => counters.patches,
  stale: (counters) => counters.stale,
  age_at_serve_seconds: (counters) => counters.ageMs / 1_000,
  greatest_age_seconds: (counters) => counters.greatestAgeMs / 1_000,
};

/** The views of a process, or of one source. */
export interface Views {
  readonly views: readonly View<never, unknown>[];
}

/** Bound and counters of every view, as the `freshness` topic of the event stream sends them. */
export function summarizeViews({ views }: Views): unknown {
  return {
    views: views.map(({ name, maxAgeMs, counters }) => ({
      view: name,
      bound_seconds: maxAgeMs / 1_000,
      ...Object.fromEntries(Object.entries(PUBLISHED).map(([counter, read]) => [counter, read(counters)])),
    })),
  };
}

/** Publishes the bound and the counters of every view at `/metrics`. */
export function watchViews(metrics: Metrics, freshness: Views): void {
  for (const [counter, read] of Object.entries(PUBLISHED)) {
    const help = `Views: ${counter.replaceAll('_', ' ')}, since the process started`;
    metrics.gauge(`holdfast_view_${counter}`, help, ['view'], () =>
      freshness.views.map((view) => ({ labels: { view: view.name }, value: read(view.counters) })),
    );
  }
  metrics.gauge('holdfast_view_bound_seconds', 'Views: declared staleness bound', ['view'], () =>
    freshness.views.map((view) => ({ labels: { view: view.name }, value: view.maxAgeMs / 1_000 })),
  );
}
