import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startOwnRedis } from '../support/freshness/own-redis.ts';
import { type DrawnPanel, drawDashboard } from '../support/observability/dashboard-picture.ts';
import { asSent, readPanels } from '../support/observability/expressions.ts';
import { startObservedServer } from '../support/observability/observed-server.ts';
import { startPrometheus } from '../support/observability/prometheus.ts';
import { sendTraffic } from '../support/observability/traffic.ts';

// `npm run dashboard:picture`: draws the panels of the dashboard from a real run, as Grafana is not at hand. A server on
// PostgreSQL with Redis and two simulated suppliers gets rounds of traffic, a real Prometheus scrapes it, and
// docs/dashboard.svg shows what the panels' own queries answered.

const RUN_S = Number(process.argv[2] ?? 120);
const PICTURE = fileURLToPath(new URL('../../docs/dashboard.svg', import.meta.url));
const POSTGRES = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const HOLD_TTL_MS = 5_000;
const PAUSE_MS = 2_000;
/** Time over which rates are taken: several scrapes, one a second. */
const WINDOW = '10s';

await using stack = new AsyncDisposableStack();
const redis = await startOwnRedis();
if (redis === undefined) throw new Error('redis-server is missing');
stack.use(redis);
const observed = stack.use(
  await startObservedServer(POSTGRES, { REDIS_URL: redis.url, HOLD_TTL: `${HOLD_TTL_MS / 1_000}s` }),
);
const prometheus = stack.use(await startPrometheus([observed.server.port], observed.monitorKey));

const startS = Date.now() / 1_000;
for (let round = 1; Date.now() / 1_000 - startS < RUN_S; round += 1) {
  await sendTraffic(observed, HOLD_TTL_MS, { slots: 20 * (1 + (round % 3)), reads: 40 * (1 + (round % 4)) });
  await delay(PAUSE_MS);
}
const endS = Date.now() / 1_000;

const panels: DrawnPanel[] = [];
for (const panel of await readPanels()) {
  const lines = [];
  for (const { expr, legendFormat } of panel.targets ?? []) {
    for (const { metric, values = [] } of await prometheus.queryRange(asSent(expr, WINDOW), startS, endS, 1)) {
      const name = legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '');
      lines.push({ name, values: values.map(([at, value]) => [at, Number(value)] as const) });
    }
  }
  panels.push({ ...panel, lines });
}
const caption = [
  `One server on PostgreSQL with Redis and two simulated suppliers, ${Math.round(endS - startS)} s of traffic in rounds.`,
  "Drawn by npm run dashboard:picture from what Prometheus answered to the panels' own queries: not a screenshot of Grafana.",
];
await writeFile(PICTURE, drawDashboard(panels, { startS, endS }, caption));
process.stdout.write(`${PICTURE}: ${panels.length} panels over ${Math.round(endS - startS)} s\n`);
