import type { Supplier } from './modules/supply/index.ts';
import { type RunningSimulator, startSimulator } from './simulator/index.ts';

const TIME_ZONE = 'Asia/Singapore';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Two simulated suppliers. Disposing stops them. */
export interface SampleSuppliers extends AsyncDisposable {
  readonly suppliers: readonly Supplier[];
}

/** Starts a supplier of experiences that allows 30 pulls a minute, and one of items that allows one pull an hour. */
export async function startSampleSuppliers(): Promise<SampleSuppliers> {
  await using stack = new AsyncDisposableStack();
  const tours = stack.use(await startSimulator({ kind: 'per-date', timeZone: TIME_ZONE, limits: ['30/1m'] }));
  const venue = stack.use(await startSimulator({ kind: 'snapshot', timeZone: TIME_ZONE, limits: ['1/1h'] }));
  const owned = stack.move();
  return {
    suppliers: [toursAt(tours), venueAt(venue)],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function toursAt({ url, productIds }: RunningSimulator): Supplier {
  return {
    id: 'sample-tours',
    adapter: 'per-date',
    baseUrl: url,
    apiKey: undefined,
    pullLimits: [{ pulls: 30, windowMs: MINUTE_MS }],
    products: productIds,
    timeZone: TIME_ZONE,
    cadence: [
      { days: [0, 0], everyMs: 15 * MINUTE_MS },
      { days: [1, 7], everyMs: 4 * HOUR_MS },
      { days: [8, 30], everyMs: DAY_MS },
    ],
  };
}

function venueAt({ url }: RunningSimulator): Supplier {
  return {
    id: 'sample-venue',
    adapter: 'snapshot',
    baseUrl: url,
    apiKey: undefined,
    pullLimits: [{ pulls: 1, windowMs: HOUR_MS }],
    products: [],
    timeZone: TIME_ZONE,
    cadence: [],
  };
}
