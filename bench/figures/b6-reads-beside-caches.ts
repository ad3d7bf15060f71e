import { isDeepStrictEqual } from 'node:util';
import { type CacheMaker, HOLDFAST, type LoadingCache, PEERS } from '../caches.ts';
import type { BenchRun, Figure, Findings, Measure } from '../figure.ts';
import { ratios, takeTurns } from '../rounds.ts';

const RACES = 200;
const KEYS = 1_000;
const MEASURED_MS = 1_000;
const WARM_UP_MS = 300;
/** Reads between two readings of the clock. */
const BATCH = 1_000;
const GOAL_PEER = 'bentocache';

export const readsBesideCaches: Figure = {
  name: 'b6',
  title: 'a read from memory compared with caches for Node: reads per second, and stale values after a race',
  measure,
};

async function measure(run: BenchRun): Promise<Findings> {
  const makers = [HOLDFAST, ...PEERS];
  const stale: number[][] = [];
  for (const maker of makers) {
    const rounds: number[] = [];
    while (rounds.length < run.rounds) rounds.push(await countStale(maker));
    stale.push(rounds);
    run.say(`${maker.name}: stale after ${rounds.join(', ')} of ${RACES} races`);
  }
  const sides = makers.map((maker) => ({ name: `${maker.name}, hits/s`, measure: () => measureHits(maker) }));
  const [holdfastRates = [], ...peerRates] = await takeTurns(run.rounds, sides, run.say);
  return {
    measures: [
      ...makers.map(({ name }, index): Measure => {
        const values = stale[index] ?? [];
        const measure = { what: `${name}: stale of ${RACES} races`, unit: '', values };
        return index === 0 ? { ...measure, goal: { kind: 'exactly', value: 0 } } : measure;
      }),
      ...PEERS.map(({ name }, index): Measure => {
        const measure = { what: `hits: Holdfast ÷ ${name}`, unit: '', values: ratios(holdfastRates, peerRates[index]) };
        return name.startsWith(GOAL_PEER) ? { ...measure, goal: { kind: 'at least', value: 7 } } : measure;
      }),
      { what: 'Holdfast', unit: 'hits/s', values: holdfastRates },
      ...PEERS.map(({ name }, index): Measure => ({ what: name, unit: 'hits/s', values: peerRates[index] ?? [] })),
    ],
    notes: [
      'a race: a load begins, the source changes, the key is invalidated, the load ends; then the key is read again',
      'each cache is invalidated with its own method for one key',
      `hits: ${KEYS} keys of about 1 kB in turn, one awaited read after another, in this process, ${MEASURED_MS} ms a round`,
      'all in memory only, without Redis, in their fastest configuration: bentocache and cacheable neither serialise nor copy',
      'verified: no load happens while hits are counted, and each cache returns the values of its source',
    ],
  };
}

/** Runs loads that begin before an invalidation and end after it. @returns the number of later reads with the old value */
async function countStale(maker: CacheMaker): Promise<number> {
  let stale = 0;
  const before = { version: 1 };
  const after = { version: 2 };
  for (let race = 0; race < RACES; race += 1) {
    let current = before;
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const cache = maker.open(async () => {
      const found = current;
      begun.resolve();
      await gate.promise;
      return found;
    });
    const first = cache.get('key');
    await begun.promise;
    current = after;
    await cache.invalidate('key');
    gate.resolve();
    await first;
    if (!isDeepStrictEqual(cache.valueOf(await cache.get('key')), after)) stale += 1;
  }
  return stale;
}

async function measureHits(maker: CacheMaker): Promise<number> {
  let loads = 0;
  const values = new Map(
    Array.from({ length: KEYS }, (_, index) => [`key ${index}`, { index, text: 'x'.repeat(1_000) }]),
  );
  const keys = [...values.keys()];
  const cache = maker.open(async (key) => {
    loads += 1;
    return values.get(key) ?? {};
  });
  for (const key of keys) await cache.get(key);
  for (const [key, value] of values) {
    if (!isDeepStrictEqual(cache.valueOf(await cache.get(key)), value)) throw new Error(`${maker.name}: wrong ${key}`);
  }
  await readFor(WARM_UP_MS, cache, keys);
  const perSecond = await readFor(MEASURED_MS, cache, keys);
  if (loads !== KEYS) throw new Error(`${maker.name} loaded ${loads} times for ${KEYS} keys`);
  return perSecond;
}

/** @returns reads per second */
async function readFor(forMs: number, cache: LoadingCache, keys: readonly string[]) {
  const startedAt = performance.now();
  let reads = 0;
  while (performance.now() - startedAt < forMs) {
    for (let each = 0; each < BATCH; each += 1) {
      if (cache.valueOf(await cache.get(keys[reads++ % KEYS] ?? '')) === undefined)
        throw new Error('a hit returned nothing');
    }
  }
  return (reads * 1_000) / (performance.now() - startedAt);
}
