/** Prometheus' text format, as far as this page reads it. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export type Metrics = ReadonlyMap<string, readonly Sample[]>;

export function parseMetrics(text: string): Metrics {
  const metrics = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^(holdfast_\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (name === undefined) continue;
    const sample = { labels: parseLabels(labels), value: Number(value) };
    const known = metrics.get(name);
    if (known) known.push(sample);
    else metrics.set(name, [sample]);
  }
  return metrics;
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]));
}

export function sumOf(
  metrics: Metrics,
  name: string,
  isMeant: (labels: Sample['labels']) => boolean = () => true,
): number {
  return (metrics.get(name) ?? []).reduce((sum, { labels, value }) => (isMeant(labels) ? sum + value : sum), 0);
}

/** What this page itself asks for while it watches is not what is watched. */
function isWork(route: string | undefined): boolean {
  return route !== undefined && !/\/metrics|\/events|\/assets|GET \/$|sync\/status/.test(route);
}

/** Answers up to each bound of the histogram, in seconds. */
export function latencyBuckets(metrics: Metrics): ReadonlyMap<number, number> {
  const buckets = new Map<number, number>();
  for (const { labels, value } of metrics.get('holdfast_http_request_seconds_bucket') ?? []) {
    if (!isWork(labels.route)) continue;
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    buckets.set(bound, (buckets.get(bound) ?? 0) + value);
  }
  return buckets;
}

/** The time within which that part of what came between two samples was answered; by a straight line in its bucket. */
export function quantile(
  before: ReadonlyMap<number, number>,
  now: ReadonlyMap<number, number>,
  part: number,
): number | null {
  const counts = [...now]
    .map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const)
    .sort(([a], [b]) => a - b);
  const all = counts.at(-1)?.[1] ?? 0;
  if (all <= 0) return null;
  const wanted = all * part;
  let [lowBound, lowCount] = [0, 0];
  for (const [bound, count] of counts) {
    if (count >= wanted) {
      if (!Number.isFinite(bound)) return lowBound;
      return lowBound + (bound - lowBound) * (count === lowCount ? 1 : (wanted - lowCount) / (count - lowCount));
    }
    [lowBound, lowCount] = [bound, count];
  }
  return lowBound;
}

export interface ViewFigures {
  readonly view: string;
  readonly hits: number;
  readonly misses: number;
  readonly boundS: number;
  readonly greatestAgeS: number;
  readonly meanAgeS: number;
}

export function viewsOf(metrics: Metrics): ViewFigures[] {
  return (metrics.get('holdfast_view_bound_seconds') ?? []).map(({ labels: { view = '' }, value: boundS }) => {
    const of = (what: string) => sumOf(metrics, `holdfast_view_${what}`, (labels) => labels.view === view);
    const hits = of('hits');
    const meanAgeS = hits === 0 ? 0 : of('age_at_serve_seconds') / hits;
    return { view, hits, misses: of('misses'), boundS, greatestAgeS: of('greatest_age_seconds'), meanAgeS };
  });
}
