import { fileURLToPath } from 'node:url';
import type { BenchRun, Figure, Findings } from '../figure.ts';
import {
  cachedPath,
  fillCache,
  loadReads,
  randomPath,
  VEHICLE_LOAD_NOTE,
  VEHICLE_STOCK,
} from '../load/vehicle-reads.ts';
import { startNode } from '../processes/server-process.ts';
import { startVehicleServer } from '../processes/vehicle-server.ts';
import { ratios, takeTurns } from '../rounds.ts';
import { openTemplate } from '../stock/bench-database.ts';

export const vehicleReadsAgainstUsualStack: Figure = {
  name: 'b2',
  title: 'cached GET /vehicles/{id}/timestamp/{t} ÷ Express that parses a Redis value for each request',
  measure,
};

const USUAL_STACK = fileURLToPath(new URL('../peers/usual-stack.ts', import.meta.url));

async function measure(run: BenchRun): Promise<Findings> {
  await using template = await openTemplate(run.postgresUrl, VEHICLE_STOCK);
  await using copy = await template.copy();
  await using holdfast = await startVehicleServer(run, copy.url);
  await fillCache(holdfast.address);
  const env = { NODE_ENV: 'production', DATABASE_URL: copy.url, REDIS_URL: run.redisUrl };
  await using usual = await startNode([USUAL_STACK], { ...env, PREFIX: `holdfast_bench_${process.pid}` });
  await fillCache(usual.address);
  const busy: number[] = [];
  const hitsAtRandom: number[] = [];
  const measureHits = async (address: URL, path: () => string) => {
    const { perSecond, generatorBusy, hits } = await loadReads(address, path);
    if (hits < 1) throw new Error(`only ${hits} of the answers came from a cache`);
    busy.push(generatorBusy);
    return perSecond;
  };
  const [holdfastRates = [], usualHits = [], usualAtRandom = []] = await takeTurns(
    run.rounds,
    [
      { name: 'Holdfast, reads/s', measure: () => measureHits(holdfast.address, () => randomPath()) },
      {
        name: 'Express and Redis, reads/s',
        measure: () => measureHits(usual.address, () => cachedPath()),
      },
      {
        name: 'Express and Redis at random times, reads/s',
        async measure() {
          const { perSecond, hits } = await loadReads(usual.address, () => randomPath());
          hitsAtRandom.push(hits);
          return perSecond;
        },
      },
    ],
    run.say,
  );
  return {
    measures: [
      {
        what: 'Holdfast ÷ the usual stack, same requests',
        unit: '',
        goal: { kind: 'at least', value: 6 },
        values: ratios(holdfastRates, usualAtRandom),
      },
      { what: 'Holdfast ÷ the usual stack with hits only', unit: '', values: ratios(holdfastRates, usualHits) },
      { what: 'Holdfast', unit: 'reads/s', values: holdfastRates },
      { what: 'the usual stack, hits only', unit: 'reads/s', values: usualHits },
      { what: 'the usual stack at random times', unit: 'reads/s', values: usualAtRandom },
      { what: 'share of hits at random times', unit: '', values: hitsAtRandom },
      { what: 'busy share of the load generator', unit: '', values: busy },
    ],
    notes: [
      VEHICLE_LOAD_NOTE,
      'the usual stack: Express and node-redis, one process each, NODE_ENV=production; a GET of Redis by vehicle and timestamp, JSON.parse, response.json',
      'same requests: at random times hardly any request repeats within the hour that an entry lasts, so every read goes to PostgreSQL; hits only: one time of each vehicle, which is in Redis',
      'verified: every answer is a state of a vehicle, and on both sides of the ratio it came from the cache',
    ],
  };
}
