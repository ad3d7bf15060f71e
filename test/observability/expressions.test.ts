import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startOwnRedis } from '../support/freshness/own-redis.ts';
import { asSent, type KnownMetrics, readPanels, unknownNames } from '../support/observability/expressions.ts';
import { startObservedServer } from '../support/observability/observed-server.ts';
import { type Prometheus, startPrometheus } from '../support/observability/prometheus.ts';
import { sendTraffic } from '../support/observability/traffic.ts';
import { isInstalled } from '../support/server/installed.ts';
import { until } from '../support/server/until.ts';

/** Between two scrapes of the test, so that rates have what they need. */
const WINDOW = '15s';

const postgres = inject('postgresUrl') ?? '';

/** One server with traffic and one Prometheus for all tests of this file. */
describe.skipIf(!isInstalled('prometheus') || postgres === '')('expressions of alerts and of the dashboard', () => {
  const stack = new AsyncDisposableStack();
  let prometheus: Prometheus;
  let known: KnownMetrics;

  beforeAll(async () => {
    const redis = stack.use(await startOwnRedis());
    const observed = stack.use(await startObservedServer(postgres, { HOLD_TTL: '10s', REDIS_URL: redis?.url ?? '' }));
    prometheus = stack.use(await startPrometheus([observed.server.port], observed.monitorKey));
    await sendTraffic(observed, 10_000);
    // Twice after the traffic: a rate needs two values.
    for (let scrapes = 0; scrapes < 2; scrapes += 1) await scraped(prometheus);
    known = await readKnownMetrics(prometheus);
  });
  afterAll(() => stack.disposeAsync());

  it('every metric and label that a panel or an alert names is one that the server has', async () => {
    const panels = (await readPanels()).flatMap(({ targets = [] }) => targets.map(({ expr }) => asSent(expr, WINDOW)));
    const rules = (await prometheus.rules()).map(({ query }) => query);
    expect(panels.length).toBeGreaterThan(40);
    expect(rules.length).toBeGreaterThan(20);
    expect([...panels, ...rules].flatMap((expression) => unknownNames(expression, known))).toEqual([]);
  });

  it('control: a metric or a label with another name is found', () => {
    expect(unknownNames('rate(holdfast_http_replies_total[5m])', known)).toEqual(['holdfast_http_replies_total']);
    expect(unknownNames('holdfast_waiting{queue="hold"}', known)).toEqual(['holdfast_waiting{queue}']);
    expect(unknownNames('sum by (queue) (holdfast_waiting)', known)).toEqual(['queue']);
    expect(() => unknownNames('sum by (lane (holdfast_waiting)', known)).toThrow('not PromQL');
  });

  it('every expression of the dashboard has a series', async () => {
    const empty: string[] = [];
    for (const { title, targets = [] } of await readPanels()) {
      for (const { expr } of targets) {
        if ((await prometheus.query(asSent(expr, WINDOW))).length === 0) empty.push(`${title}: ${expr}`);
      }
    }
    expect(empty).toEqual([]);
  });

  it('Prometheus evaluates every alert, and none fires for a server that has just started', async () => {
    const rules = await prometheus.rules();
    for (const { query } of rules) await prometheus.query(query);
    expect(rules.filter(({ state }) => state === 'firing').map(({ name }) => name)).toEqual([]);
  });
});

/** Waits for a scrape that begins after the call. */
async function scraped(prometheus: Prometheus): Promise<void> {
  const sinceS = Date.now() / 1_000;
  let at = 0;
  await until(
    'Prometheus scrapes',
    () => {
      void prometheus.query('timestamp(holdfast_build_info)').then(([series]) => {
        at = Number(series?.value?.[1] ?? 0);
      });
      return at > sinceS;
    },
    20_000,
  );
}

async function readKnownMetrics(prometheus: Prometheus): Promise<KnownMetrics> {
  const known = new Map<string, Set<string>>();
  for (const { metric } of await prometheus.query('{job="holdfast"}')) {
    const { __name__: name = '', ...labels } = metric;
    known.set(name, new Set([...(known.get(name) ?? []), ...Object.keys(labels)]));
  }
  return known;
}
