import type { Metrics } from '../platform/metrics.ts';
import type { Freshness } from './freshness.ts';
import type { ViewCounters } from './view-counters.ts';

const COUNTED: Readonly<Record<string, (counters: ViewCounters) => number>> = {
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

/** The same of all views at once, by name. */
export function summarizeViews({ views }: Freshness): unknown {
  return {
    views: views.map(({ name, maxAgeMs, counters }) => ({
      view: name,
      bound_seconds: maxAgeMs / 1_000,
      ...Object.fromEntries(Object.entries(COUNTED).map(([what, read]) => [what, read(counters)])),
    })),
  };
}

/** Shows what each view has done at `/metrics`, beside its declared bound. */
export function watchViews(metrics: Metrics, freshness: Freshness): void {
  for (const [what, read] of Object.entries(COUNTED)) {
    metrics.gauge(`holdfast_view_${what}`, `Views: ${what.replaceAll('_', ' ')}, since the start`, ['view'], () =>
      freshness.views.map((view) => ({ labels: { view: view.name }, value: read(view.counters) })),
    );
  }
  metrics.gauge('holdfast_view_bound_seconds', 'Views: the declared staleness bound', ['view'], () =>
    freshness.views.map((view) => ({ labels: { view: view.name }, value: view.maxAgeMs / 1_000 })),
  );
}
