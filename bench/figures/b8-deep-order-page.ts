import type { BenchRun, Figure, Findings, Goal } from '../figure.ts';
import { formatGet, type HttpAnswer, HttpConnection } from '../load/http-connection.ts';
import { whileOrdersChange } from '../load/order-writes.ts';
import { PROGRAM, startNode } from '../processes/server-process.ts';
import { ratios, summarise } from '../rounds.ts';
import { copyKept } from '../stock/bench-database.ts';
import { ORDER_STOCK, ORDERS } from '../stock/order-stock.ts';

const PAGE_SIZE = 10;
const FIRST = 1;
const DEEP = ORDERS / PAGE_SIZE;
const REQUESTS = 40;
const UNCACHED = 'cache-control: no-cache\r\n';

export const deepOrderPage: Figure = {
  name: 'b8',
  title: `uncached GET /orders/{page} of ${ORDERS.toLocaleString('en')} orders: page ${DEEP.toLocaleString('en')} ÷ page ${FIRST}, median latency`,
  measure,
};

/** Medians of one round, in milliseconds. */
interface Latencies {
  readonly first: number[];
  readonly deep: number[];
}

async function measure(run: BenchRun): Promise<Findings> {
  await using copy = await copyKept(run.postgresUrl, ORDER_STOCK, run.say);
  const env = { DATABASE_URL: copy.url, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn' };
  await using server = await startNode(
    [PROGRAM, 'serve'],
    { ...env, ORDERS_PAGE_SIZE: String(PAGE_SIZE) },
    run.profileDir,
  );
  const quiet: Latencies = { first: [], deep: [] };
  const written: Latencies = { first: [], deep: [] };
  const fromMemory: Latencies = { first: [], deep: [] };
  const writes: number[] = [];
  await expectOrders(server.address);
  // The first requests find everything cold and are not counted.
  await requestInTurn(server.address, UNCACHED, { first: [], deep: [] });
  for (let round = 1; round <= run.rounds; round += 1) {
    await requestInTurn(server.address, UNCACHED, quiet);
    const { perSecond } = await whileOrdersChange(copy.url, async () => {
      await requestInTurn(server.address, UNCACHED, written);
      await requestInTurn(server.address, '', fromMemory);
    });
    writes.push(perSecond);
    const medians = [quiet, written, fromMemory].map(
      ({ first, deep }) => `${first.at(-1)?.toFixed(2)} ${deep.at(-1)?.toFixed(2)}`,
    );
    run.say(`round ${round} of ${run.rounds}, page ${FIRST} and ${DEEP}, ms: ${medians.join(', ')}`);
  }
  const goal: Goal = { kind: 'at most', value: 1.1 };
  const last = `page ${DEEP.toLocaleString('en')}`;
  return {
    measures: [
      { what: 'uncached', unit: '', goal, values: ratios(quiet.deep, quiet.first) },
      { what: 'uncached, while orders change', unit: '', goal, values: ratios(written.deep, written.first) },
      { what: `uncached, page ${FIRST}`, unit: 'ms', values: quiet.first },
      { what: `uncached, ${last}`, unit: 'ms', values: quiet.deep },
      { what: `from memory while orders change, page ${FIRST}`, unit: 'ms', values: fromMemory.first },
      { what: `from memory while orders change, ${last}`, unit: 'ms', values: fromMemory.deep },
      { what: 'changes', unit: '/s', values: writes },
    ],
    notes: [
      `uncached: Cache-Control: no-cache, so that each page is read from the database; ${REQUESTS} requests for each page in turn on one connection`,
      'ids have gaps: every eleventh is missing; two lines per order',
      'changes: another program inserts, cancels and deletes an order in turn, each at a random id, with a pause between them',
      'verified: the ids on both pages before anything changes, and a full page each time',
    ],
  };
}

/** Requests both pages in turn, and adds the medians of the round. */
async function requestInTurn(address: URL, headers: string, into: Latencies): Promise<void> {
  const connection = await HttpConnection.open(address);
  const [first, deep]: [number[], number[]] = [[], []];
  try {
    for (let request = 0; request < REQUESTS; request += 1) {
      first.push(await timePage(connection, address, FIRST, headers));
      deep.push(await timePage(connection, address, DEEP, headers));
    }
  } finally {
    connection.close();
  }
  into.first.push(summarise(first).median);
  into.deep.push(summarise(deep).median);
}

/** @returns the latency in milliseconds */
async function timePage(connection: HttpConnection, address: URL, page: number, headers: string): Promise<number> {
  const from = performance.now();
  const answer = await connection.send(formatGet(address, `/orders/${page}`, headers));
  const elapsedMs = performance.now() - from;
  if (idsOf(answer).length !== PAGE_SIZE) throw new Error(`page ${page} is not full: ${answer.body}`);
  return elapsedMs;
}

/** Checks both pages: the stock gives the nth order the id n × 11 ÷ 10, rounded down. */
async function expectOrders(address: URL): Promise<void> {
  const connection = await HttpConnection.open(address);
  for (const page of [FIRST, DEEP]) {
    const ids = idsOf(await connection.send(formatGet(address, `/orders/${page}`, UNCACHED)));
    const expected = Array.from({ length: PAGE_SIZE }, (_, at) =>
      Math.floor((((page - 1) * PAGE_SIZE + at + 1) * 11) / 10),
    );
    if (ids.join() !== expected.join()) throw new Error(`page ${page} has the orders ${ids}, not ${expected}`);
  }
  connection.close();
}

function idsOf({ status, body }: HttpAnswer): number[] {
  if (status !== 200) throw new Error(`a page was answered ${status}: ${body}`);
  const { orders } = JSON.parse(body.toString()) as { orders: { order_id: number }[] };
  return orders.map((order) => order.order_id);
}
