import type { BenchRun, Figure, Findings, Goal } from '../figure.ts';
import { formatGet, formatRequest, HttpConnection } from '../load/http-connection.ts';
import { PROGRAM, startNode } from '../processes/server-process.ts';
import { ratios, summarise } from '../rounds.ts';
import { copyKept } from '../stock/bench-database.ts';
import { CLIENTS, SLOTS_OF_PROVIDER, slotStock } from '../stock/slot-stock.ts';

const SMALL = 100;
const LARGE = 10_000;
const HOLDS = 200;
const READS = 40;
const slotsOf = (providers: number) => (providers * SLOTS_OF_PROVIDER).toLocaleString('en');

export const largeDatabase: Figure = {
  name: 'b21',
  title: `holds and uncached free time of ${slotsOf(LARGE)} slots ÷ ${slotsOf(SMALL)} slots, a tenth of them reserved, median latency`,
  measure,
};

async function measure(run: BenchRun): Promise<Findings> {
  await using small = await serve(run, SMALL);
  await using large = await serve(run, LARGE);
  const holds: { small: number[]; large: number[] } = { small: [], large: [] };
  const reads: { small: number[]; large: number[] } = { small: [], large: [] };
  // The first requests find everything cold and are not counted.
  for (const { address, freeSlot } of [small, large]) {
    await timeHolds(address, freeSlot);
    await timeReads(address, freeSlot);
  }
  for (let round = 1; round <= run.rounds; round += 1) {
    holds.small.push(await timeHolds(small.address, small.freeSlot));
    holds.large.push(await timeHolds(large.address, large.freeSlot));
    reads.small.push(await timeReads(small.address, small.freeSlot));
    reads.large.push(await timeReads(large.address, large.freeSlot));
    const last = [holds.small, holds.large, reads.small, reads.large].map((each) => each.at(-1)?.toFixed(2));
    run.say(`round ${round} of ${run.rounds}, hold small large, read small large, ms: ${last.join(' ')}`);
  }
  const goal: Goal = { kind: 'at most', value: 1.5 };
  return {
    measures: [
      { what: 'a hold', unit: '', goal, values: ratios(holds.large, holds.small) },
      { what: 'free time of a provider, uncached', unit: '', goal, values: ratios(reads.large, reads.small) },
      { what: `a hold, ${slotsOf(LARGE)} slots`, unit: 'ms', values: holds.large },
      { what: `free time, ${slotsOf(LARGE)} slots`, unit: 'ms', values: reads.large },
    ],
    notes: [
      `a hold: POST /client/reserve of a free slot of any provider, ${HOLDS} one after the other; free time: ${SLOTS_OF_PROVIDER} slots of a provider with Cache-Control: no-cache, ${READS} one after the other`,
      'the databases are filled once for each schema, without triggers, and kept',
    ],
  };
}

interface Served extends AsyncDisposable {
  readonly address: URL;
  /** A free slot, at random, each only once. */
  freeSlot(): number;
}

async function serve(run: BenchRun, providers: number): Promise<Served> {
  await using stack = new AsyncDisposableStack();
  const copy = stack.use(await copyKept(run.postgresUrl, slotStock(providers), run.say));
  const env = { DATABASE_URL: copy.url, HOST: '127.0.0.1', PORT: '0', MIN_NOTICE: '0s', LOG_LEVEL: 'warn' };
  const server = stack.use(await startNode([PROGRAM, 'serve'], env, run.profileDir));
  const owned = stack.move();
  const used = new Set<number>();
  const freeSlot = (): number => {
    for (;;) {
      const slot = 1 + Math.floor(Math.random() * providers * SLOTS_OF_PROVIDER);
      if (slot % 10 !== 0 && !used.has(slot)) {
        used.add(slot);
        return slot;
      }
    }
  };
  return { address: server.address, freeSlot, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** @returns the median latency in milliseconds */
async function timeHolds(address: URL, freeSlot: Served['freeSlot']): Promise<number> {
  return timed(address, 201, HOLDS, () => {
    const slot = freeSlot();
    const body = `{"client_id":${1 + (slot % CLIENTS)},"timeslot_id":${slot}}`;
    return formatRequest(address, 'POST', '/client/reserve', body);
  });
}

/** @returns the median latency in milliseconds */
async function timeReads(address: URL, freeSlot: Served['freeSlot']): Promise<number> {
  return timed(address, 200, READS, () => {
    const provider = 1 + Math.floor((freeSlot() - 1) / SLOTS_OF_PROVIDER);
    return formatGet(address, `/client/getProviderAvailability?provider_id=${provider}`, 'cache-control: no-cache\r\n');
  });
}

async function timed(address: URL, expected: number, count: number, request: () => string): Promise<number> {
  const connection = await HttpConnection.open(address);
  const latenciesMs: number[] = [];
  try {
    for (let sent = 0; sent < count; sent += 1) {
      const bytes = request();
      const from = performance.now();
      const { status, body } = await connection.send(bytes);
      latenciesMs.push(performance.now() - from);
      if (status !== expected) throw new Error(`answered ${status}: ${body}`);
    }
  } finally {
    connection.close();
  }
  return summarise(latenciesMs).median;
}
