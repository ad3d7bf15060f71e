import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HttpServer } from './http/http-server.ts';

interface Reading {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metrics {
  readonly registry: Registry;
  /** Values looked up when Prometheus asks. */
  gauge(name: string, help: string, labelNames: readonly string[], read: () => readonly Reading[]): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    gauge(name, help, labelNames, read) {
      new Gauge({
        name,
        help,
        labelNames: [...labelNames],
        registers: [registry],
        collect() {
          for (const { labels, value } of read()) this.set({ ...labels }, value);
        },
      });
    },
  };
}

/** Counts and times every request by its route, and serves `/metrics`. */
export function serveMetrics(app: HttpServer, { registry }: Metrics): void {
  const seconds = new Histogram({
    name: 'holdfast_http_request_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const answers = new Counter({
    name: 'holdfast_http_answers_total',
    help: 'Answers by route and status',
    labelNames: ['route', 'status'],
    registers: [registry],
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = `${request.method} ${request.routeOptions.url ?? 'unknown'}`;
    seconds.observe({ route }, reply.elapsedTime / 1_000);
    answers.inc({ route, status: String(reply.statusCode) });
    done();
  });
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    reply.type(registry.contentType);
    return registry.metrics();
  });
}
