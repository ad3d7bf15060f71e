/** Upper bounds in seconds. */
const BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const;

const SECONDS = 'holdfast_http_request_seconds';
const ANSWERS = 'holdfast_http_answers_total';

/** What one route has answered since the start. */
export class RouteMetrics {
  readonly answers = new Map<number, number>();
  /** How many took no longer than each bound, and longer than the one before it; the last is past them all. */
  readonly within: number[] = new Array(BUCKETS_S.length + 1).fill(0);
  seconds = 0;

  /** @param elapsedMs from the request to the end of its answer */
  count(status: number, elapsedMs: number): void {
    const elapsedS = elapsedMs / 1_000;
    let bucket = 0;
    while (bucket < BUCKETS_S.length && elapsedS > (BUCKETS_S[bucket] ?? 0)) bucket += 1;
    this.within[bucket] = (this.within[bucket] ?? 0) + 1;
    this.seconds += elapsedS;
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
  }
}

/**
 * Requests by route, counted in plain fields and put into Prometheus's words only when it asks: a histogram and a
 * counter of prom-client hash their labels at each request, which cost more than finding the answer in memory.
 */
export class RequestMetrics {
  readonly #byUrl = new Map<string, Map<string, RouteMetrics>>();

  /** @param url as the route declares it, not as it was asked */
  of(method: string, url: string): RouteMetrics {
    const byMethod = this.#byUrl.get(url) ?? new Map<string, RouteMetrics>();
    this.#byUrl.set(url, byMethod);
    const tally = byMethod.get(method) ?? new RouteMetrics();
    byMethod.set(method, tally);
    return tally;
  }

  /** Prometheus's text format. */
  exposition(): string {
    const tallies = [...this.#byUrl].flatMap(([url, byMethod]) =>
      [...byMethod].map(([method, tally]) => ({ route: `route="${escapeLabel(`${method} ${url}`)}"`, tally })),
    );
    return [
      `# HELP ${SECONDS} Time from the request to the end of its answer`,
      `# TYPE ${SECONDS} histogram`,
      ...tallies.flatMap(({ route, tally }) => histogramLines(route, tally)),
      '',
      `# HELP ${ANSWERS} Answers by route and status`,
      `# TYPE ${ANSWERS} counter`,
      ...tallies.flatMap(({ route, tally }) =>
        [...tally.answers].map(([status, count]) => `${ANSWERS}{${route},status="${status}"} ${count}`),
      ),
      '',
    ].join('\n');
  }
}

function histogramLines(route: string, { within, seconds }: RouteMetrics): string[] {
  let count = 0;
  const buckets = within.map((more, index) => {
    count += more;
    return `${SECONDS}_bucket{le="${BUCKETS_S[index] ?? '+Inf'}",${route}} ${count}`;
  });
  return [...buckets, `${SECONDS}_sum{${route}} ${seconds}`, `${SECONDS}_count{${route}} ${count}`];
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
