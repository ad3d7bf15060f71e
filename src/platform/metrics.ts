import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HttpServer } from './http/http-server.ts';
import { RequestMetrics } from './http/server/request-metrics.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Values now, or as soon as they are read from somewhere. */
type Samples = readonly Sample[] | Promise<readonly Sample[]>;

export interface Metrics {
  readonly registry: Registry;
  readonly requests: RequestMetrics;
  /** Registers a gauge. `read` is called when Prometheus scrapes. A series that it leaves out ends. */
  gauge(name: string, help: string, labelNames: readonly string[], read: () => Samples): void;
  /** Registers a counter in the same way. Its values never decrease. */
  counter(name: string, help: string, labelNames: readonly string[], read: () => readonly Sample[]): void;
  /** Registers a histogram. @returns the function that records a value */
  histogram<Label extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames?: readonly Label[],
  ): (value: number, labels?: Readonly<Record<Label, string>>) => void;
}

/**
 * Interval at which prom-client samples the delay of the event loop, in milliseconds. The samples include it. At
 * prom-client's default of 10 ms, an idle server does little else than to wake up for them.
 */
const EVENT_LOOP_SAMPLE_MS = 50;

/** Creates metrics with those of the process and of Node. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
  return {
    registry,
    requests: new RequestMetrics(),
    gauge(name, help, labelNames, read) {
      new Gauge({
        name,
        help,
        labelNames: [...labelNames],
        registers: [registry],
        async collect() {
          const samples = await read();
          // Without labels, a reset would say 0.
          if (labelNames.length === 0) this.remove();
          else this.reset();
          for (const { labels, value } of samples) this.set({ ...labels }, value);
        },
      });
    },
    counter(name, help, labelNames, read) {
      new Counter({
        name,
        help,
        labelNames: [...labelNames],
        registers: [registry],
        collect() {
          this.reset();
          for (const { labels, value } of read()) this.inc({ ...labels }, value);
        },
      });
    },
    histogram(name, help, buckets, labelNames = []) {
      const options = { name, help, buckets: [...buckets], labelNames: [...labelNames], registers: [registry] };
      const histogram = new Histogram(options);
      return (value, labels) => histogram.observe({ ...labels }, value);
    },
  };
}

/** The metrics of this process in Prometheus's text format. */
export async function exposeMetrics({ registry, requests }: Metrics): Promise<string> {
  return `${await registry.metrics()}\n${requests.exposition()}`;
}

/**
 * Counts and times every request by its route, and serves `/metrics`.
 *
 * @param expose returns its text; defaults to the metrics of this process
 */
export function serveMetrics(app: HttpServer, metrics: Metrics, expose = () => exposeMetrics(metrics)): void {
  const { registry, requests } = metrics;
  app.addHook('onResponse', (request, reply, done) => {
    requests.of(request.method, request.routeOptions.url ?? 'unknown').record(reply.statusCode, reply.elapsedTime);
    done();
  });
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    reply.type(registry.contentType);
    return expose();
  });
}
