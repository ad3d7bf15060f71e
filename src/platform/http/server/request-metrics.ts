/** Upper bounds of the histogram's buckets, in seconds. */
const BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const;

const SECONDS = 'holdfast_http_request_seconds';
const ANSWERS = 'holdfast_http_answers_total';

/** Counters of one route, since the start. */
export class RouteMetrics {
  /** Number of answers by status. */
  readonly answers = new Map<number, number>();
  /** Number of answers in each bucket alone. The last bucket is beyond all bounds. */
  readonly bucketCounts: number[] = new Array(BUCKETS_S.length + 1).fill(0);
  /** Total time of all requests, in seconds. */
  totalS = 0;

  /** @param elapsedMs time from the request to the end of its answer, in milliseconds */
  record(status: number, elapsedMs: number): void {
    const elapsedS = elapsedMs / 1_000;
    let bucket = 0;
    while (bucket < BUCKETS_S.length && elapsedS > (BUCKETS_S[bucket] ?? 0)) bucket += 1;
    this.bucketCounts[bucket] = (this.bucketCounts[bucket] ?? 0) + 1;
    this.totalS += elapsedS;
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
  }
}

interface NamedMetrics {
  /** The label as Prometheus writes it: `route="GET /readyz"`. */
  readonly label: string;
  readonly metrics: RouteMetrics;
}

/**
 * Metrics of requests by route. They are counted in plain fields and put into Prometheus's format only when it scrapes:
 * a histogram and a counter of prom-client hash their labels at each request, which costs more than an answer from
 * memory.
 */
export class RequestMetrics {
  readonly #byUrl = new Map<string, Map<string, RouteMetrics>>();

  /** @param url the URL pattern that the route declares, not the URL of a request */
  of(method: string, url: string): RouteMetrics {
    const byMethod = this.#byUrl.get(url) ?? new Map<string, RouteMetrics>();
    this.#byUrl.set(url, byMethod);
    const metrics = byMethod.get(method) ?? new RouteMetrics();
    byMethod.set(method, metrics);
    return metrics;
  }

  /** Number of answers with a status, of all routes. */
  count(status: number): number {
    let count = 0;
    for (const byMethod of this.#byUrl.values()) {
      for (const { answers } of byMethod.values()) count += answers.get(status) ?? 0;
    }
    return count;
  }

  /** All metrics in Prometheus's text format. */
  exposition(): string {
    const routes = this.#named();
    return [
      `# HELP ${SECONDS} Time from the request to the end of its answer`,
      `# TYPE ${SECONDS} histogram`,
      ...routes.flatMap(histogramLines),
      '',
      `# HELP ${ANSWERS} Answers by route and status`,
      `# TYPE ${ANSWERS} counter`,
      ...routes.flatMap(answerLines),
      '',
    ].join('\n');
  }

  #named(): NamedMetrics[] {
    return [...this.#byUrl].flatMap(([url, byMethod]) =>
      [...byMethod].map(([method, metrics]) => ({ label: `route="${escapeLabel(`${method} ${url}`)}"`, metrics })),
    );
  }
}

/** Prometheus's buckets are cumulative. */
function histogramLines({ label, metrics: { bucketCounts, totalS } }: NamedMetrics): string[] {
  let count = 0;
  const buckets = bucketCounts.map((inBucket, index) => {
    count += inBucket;
    return `${SECONDS}_bucket{le="${BUCKETS_S[index] ?? '+Inf'}",${label}} ${count}`;
  });
  return [...buckets, `${SECONDS}_sum{${label}} ${totalS}`, `${SECONDS}_count{${label}} ${count}`];
}

function answerLines({ label, metrics: { answers } }: NamedMetrics): string[] {
  return [...answers].map(([status, count]) => `${ANSWERS}{${label},status="${status}"} ${count}`);
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
