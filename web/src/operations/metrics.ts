/** The server's metrics, parsed from the Prometheus text format as far as this page needs it. */
export type Metrics = ReadonlyMap<string, readonly Sample[]>;

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function parseMetrics(text: string): Metrics {
  const metrics = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^(holdfast_\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (name === undefined) continue;
    const sample = { labels: parseLabels(labels), value: Number(value) };
    const samples = metrics.get(name);
    if (samples) samples.push(sample);
    else metrics.set(name, [sample]);
  }
  return metrics;
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]));
}

/** Sum over the samples of a metric that the filter accepts. */
export function sumOf(
  metrics: Metrics,
  name: string,
  accepts: (labels: Sample['labels']) => boolean = () => true,
): number {
  return (metrics.get(name) ?? []).reduce((sum, { labels, value }) => (accepts(labels) ? sum + value : sum), 0);
}

/** Requests that this page itself sends while it is open, which would distort the response times. */
const OWN_ROUTES = /\/metrics|\/events|\/assets|GET \/$|sync\/status/;

/** Cumulative number of responses by upper bound of the response time, in seconds. */
export type Buckets = ReadonlyMap<number, number>;

export function responseTimeBuckets(metrics: Metrics): Buckets {
  const buckets = new Map<number, number>();
  for (const { labels, value } of metrics.get('holdfast_http_request_seconds_bucket') ?? []) {
    if (labels.route === undefined || OWN_ROUTES.test(labels.route)) continue;
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    buckets.set(bound, (buckets.get(bound) ?? 0) + value);
  }
  return buckets;
}

/**
 * Quantile of the responses between two samples, in seconds, interpolated linearly within its bucket as Prometheus'
 * `histogram_quantile` does. `null` when there were no responses.
 *
 * @param quantile between 0 and 1
 */
export function quantileBetween(before: Buckets, after: Buckets, quantile: number): number | null {
  const counts = [...after]
    .map(([bound, count]) => ({ bound, count: count - (before.get(bound) ?? 0) }))
    .sort((a, b) => a.bound - b.bound);
  const total = counts.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const rank = total * quantile;
  let lower = { bound: 0, count: 0 };
  for (const upper of counts) {
    if (upper.count >= rank) {
      if (!Number.isFinite(upper.bound)) return lower.bound;
      const fraction = upper.count === lower.count ? 1 : (rank - lower.count) / (upper.count - lower.count);
      return lower.bound + (upper.bound - lower.bound) * fraction;
    }
    lower = upper;
  }
  return lower.bound;
}

/** Figures of one view of the server, since its start. */
export interface ViewFigures {
  readonly view: string;
  readonly hits: number;
  readonly misses: number;
  /** Staleness bound. */
  readonly boundS: number;
  readonly maxAgeS: number;
  readonly meanAgeS: number;
}

export function viewsOf(metrics: Metrics): ViewFigures[] {
  return (metrics.get('holdfast_view_bound_seconds') ?? []).map(({ labels: { view = '' }, value: boundS }) => {
    const sum = (name: string) => sumOf(metrics, `holdfast_view_${name}`, (labels) => labels.view === view);
    const hits = sum('hits');
    const meanAgeS = hits === 0 ? 0 : sum('age_at_serve_seconds') / hits;
    return { view, hits, misses: sum('misses'), boundS, maxAgeS: sum('greatest_age_seconds'), meanAgeS };
  });
}

/** How the orders of a shop's database are followed. */
export interface OrdersSource {
  readonly method: string;
  /** Time up to which its changes are known, ago, in seconds; `undefined` before the first answer. */
  readonly behindS: number | undefined;
  /** Share of the orders that are indexed, from 0 to 1. */
  readonly indexed: number;
}

/** Reads it from the metrics; `undefined` where orders are in Holdfast's own database. */
export function ordersSourceOf(metrics: Metrics): OrdersSource | undefined {
  const methods = metrics.get('holdfast_orders_source_method');
  if (methods === undefined) return undefined;
  return {
    method: methods.find(({ value }) => value === 1)?.labels.method ?? 'none',
    behindS: metrics.get('holdfast_orders_source_behind_seconds')?.[0]?.value,
    indexed: sumOf(metrics, 'holdfast_orders_source_indexed'),
  };
}
