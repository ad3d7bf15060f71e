import { fileURLToPath } from 'node:url';
import type { BenchRun, Figure, Findings } from '../figure.ts';
import {
  fillCache,
  knownPath,
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
  const [ours = [], peers = [], peersAtRandom = []] = await takeTurns(
    run.rounds,
    [
      { name: 'Holdfast, reads/s', measure: () => measureHits(holdfast.address, randomPath) },
      {
        name: 'Express and Redis, reads/s',
        measure: () => measureHits(usual.address, knownPath),
      },
      {
        name: 'Express and Redis at random times, reads/s',
        async measure() {
          const { perSecond, hits } = await loadReads(usual.address, randomPath);
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
        what: 'Holdfast ÷ the usual stack, asked the same',
        unit: '',
        goal: { kind: 'at least', value: 3 },
        values: ratios(ours, peersAtRandom),
      },
      { what: 'Holdfast ÷ the usual stack, asked only for hits', unit: '', values: ratios(ours, peers) },
      { what: 'Holdfast', unit: 'reads/s', values: ours },
      { what: 'the usual stack, hits only', unit: 'reads/s', values: peers },
      { what: 'the usual stack at random times', unit: 'reads/s', values: peersAtRandom },
      { what: 'the part of those that were hits', unit: '', values: hitsAtRandom },
      { what: 'generator at work, part of the time', unit: '', values: busy },
    ],
    notes: [
      VEHICLE_LOAD_NOTE,
      'the usual stack: Express and node-redis, one process each, NODE_ENV=production; a GET of Redis by vehicle and timestamp, JSON.parse, response.json',
      'asked the same: at random times next to nothing is asked for twice within the hour an entry of it lasts, and every read goes to PostgreSQL; asked only for hits: one known time of each vehicle, which is in Redis',
      'verified: every answer is a state of a vehicle, and on both sides of the ratio it came from the cache',
    ],
  };
}
