import { setTimeout as delay } from 'node:timers/promises';
import type { BenchRun, Figure, Findings } from '../figure.ts';
import { formatRequest, HttpConnection } from '../load/http-connection.ts';
import { startReceiver, type WebhookReceiver } from '../load/webhook-receiver.ts';
import { PROGRAM, startNode } from '../processes/server-process.ts';
import { ratios, takeTurns } from '../rounds.ts';
import { openTemplate, type Template, withClient } from '../stock/bench-database.ts';
import { HOLD_STOCK, randomHold } from '../stock/hold-stock.ts';

export const deliveriesToWebhooks: Figure = {
  name: 'b15',
  title: 'deliveries to a webhook that answers at once, and what webhooks cost holds',
  measure,
};

const BACKLOG = 20_000;
const PACE_PER_S = 500;
const PACED_S = 10;
const WARM_UP_S = 2;
const HOLDS_IN_SQL = 10_000;
const GIVE_UP_MS = 60_000;

async function measure(run: BenchRun): Promise<Findings> {
  await using template = await openTemplate(run.postgresUrl, HOLD_STOCK);
  const [rates = [], delays = []] = await takeTurns(
    run.rounds,
    [
      { name: 'deliveries/s', measure: () => withServer(run, template, measureRate) },
      { name: 'p99 from commit to the first attempt, ms', measure: () => withServer(run, template, measureDelay) },
    ],
    run.say,
  );
  const holdsWith = (webhooks: number) => ({
    name: `holds/s in SQL with ${webhooks} webhooks`,
    measure: () => measureSqlHolds(template, webhooks),
  });
  const [none = [], one = [], twenty = []] = await takeTurns(
    run.rounds,
    [holdsWith(0), holdsWith(1), holdsWith(20)],
    run.say,
  );
  return {
    measures: [
      { what: 'deliveries/s, one instance', unit: '', goal: { kind: 'at least', value: 2_000 }, values: rates },
      {
        what: 'p99 from commit to the first attempt',
        unit: 'ms',
        goal: { kind: 'at most', value: 250 },
        values: delays,
      },
      {
        what: 'holds in SQL: one webhook ÷ none',
        unit: '',
        goal: { kind: 'at least', value: 0.95 },
        values: ratios(one, none),
      },
      { what: 'holds in SQL: 20 webhooks ÷ none', unit: '', values: ratios(twenty, none) },
    ],
    notes: [
      `deliveries/s: ${BACKLOG.toLocaleString('en')} holds are inserted in statements of 125, from the first delivery to the last; the receiver is in the bench's process, on the same machine`,
      `p99: ${PACE_PER_S} holds a second for ${PACED_S} s after ${WARM_UP_S} s, from the time of the hold by the database's clock until the request arrived`,
      `holds in SQL: ${HOLDS_IN_SQL.toLocaleString('en')} by hold_slots() in statements of 125, without a server, so that only the outbox is counted`,
      'verified: each hold arrives exactly once',
    ],
  };
}

type Work = (address: URL, url: string, receiver: WebhookReceiver) => Promise<number>;

async function withServer(run: BenchRun, template: Template, work: Work): Promise<number> {
  await using copy = await template.copy();
  await using receiver = await startReceiver();
  const env = { DATABASE_URL: copy.url, HOST: '127.0.0.1', PORT: '0', MIN_NOTICE: '0s', HOLD_TTL: '30m' };
  const more = { LOG_LEVEL: 'warn', WEBHOOK_ALLOW: '127.0.0.0/8' };
  await using server = await startNode([PROGRAM, 'serve'], { ...env, ...more }, run.profileDir);
  const answer = await fetch(new URL('/api/v1/webhooks', server.address), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: receiver.url, events: ['reservation.held'] }),
  });
  if (answer.status !== 201) throw new Error(`the webhook was answered with ${answer.status}`);
  return await work(server.address, copy.url, receiver);
}

/** Inserts holds as fast as the database takes them. @returns deliveries per second */
async function measureRate(_address: URL, url: string, receiver: WebhookReceiver): Promise<number> {
  const arrivals = collect(receiver, BACKLOG);
  await withClient(url, (client) => client.query(holdInSql(BACKLOG)));
  const times = (await arrivals).map(({ arrivedMs }) => arrivedMs);
  return ((BACKLOG - 1) * 1_000) / (Math.max(...times) - Math.min(...times));
}

/** Sends holds at a steady pace. @returns the 99th percentile of the time to their delivery, in milliseconds */
async function measureDelay(address: URL, _url: string, receiver: WebhookReceiver): Promise<number> {
  const holds = PACE_PER_S * (PACED_S + WARM_UP_S);
  const arrivals = collect(receiver, holds);
  const connections = await Promise.all(Array.from({ length: 400 }, () => HttpConnection.open(address)));
  const idle = [...connections];
  const startedAt = performance.now();
  const sending: Promise<void>[] = [];
  for (let sent = 0; sent < holds; sent += 1) {
    const dueMs = (sent * 1_000) / PACE_PER_S - (performance.now() - startedAt);
    if (dueMs > 0) await delay(dueMs);
    const connection = idle.pop();
    if (connection === undefined) throw new Error('the server did not keep up with the pace');
    const hold = connection.send(formatRequest(address, 'POST', '/client/reserve', randomHold()));
    sending.push(
      hold.then(({ status, body }) => {
        if (status !== 201) throw new Error(`a hold returned ${status}: ${body}`);
        idle.push(connection);
      }),
    );
  }
  await Promise.all(sending);
  const delays = (await arrivals).slice(PACE_PER_S * WARM_UP_S).map(({ body, arrivedMs }) => {
    return arrivedMs - Date.parse(JSON.parse(body).timestamp);
  });
  for (const connection of connections) connection.close();
  return delays.sort((a, b) => a - b)[Math.floor(delays.length * 0.99)] ?? Number.NaN;
}

interface Arrival {
  readonly body: string;
  readonly arrivedMs: number;
}

/** Waits for as many deliveries, each of another reservation. */
function collect(receiver: WebhookReceiver, count: number): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  const reservations = new Set<string>();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${arrivals.length} of ${count} deliveries arrived`)), GIVE_UP_MS);
    receiver.listen((body) => {
      const id = /"reservation_id":(\d+)/.exec(body)?.[1] ?? '';
      if (reservations.has(id)) reject(new Error(`reservation ${id} arrived twice`));
      reservations.add(id);
      arrivals.push({ body, arrivedMs: performance.timeOrigin + performance.now() });
      if (arrivals.length < count) return;
      clearTimeout(timer);
      resolve(arrivals);
    });
  });
}

/** A statement that makes holds, each transaction's worth of 125 by one call. */
function holdInSql(holds: number): string {
  return `do $$ begin
    for batch in 1..${holds / 125} loop
      perform count(*) from hold_slots(
        array(select (random() * 99999)::bigint + 1 from generate_series(1, 125)),
        array(select (random() * 9999)::bigint + 1 from generate_series(1, 125)),
        array_fill(1, array[125]), array_fill(null::integer, array[125]), null, interval '30 minutes', interval '0',
        null, null);
      commit;
    end loop;
  end $$`;
}

/** Holds per second in SQL alone, while so many webhooks are entitled to each. */
async function measureSqlHolds(template: Template, webhooks: number): Promise<number> {
  await using copy = await template.copy();
  return await withClient(copy.url, async (client) => {
    await client.query(
      `insert into webhook (url, events) select 'https://example.com/' || n, '{reservation.*}' from generate_series(1, ${webhooks}) n`,
    );
    const startedAt = performance.now();
    await client.query(holdInSql(HOLDS_IN_SQL));
    return (HOLDS_IN_SQL * 1_000) / (performance.now() - startedAt);
  });
}
