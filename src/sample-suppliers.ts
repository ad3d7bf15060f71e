import type { Supplier } from './modules/supply/index.ts';
import { type RunningSimulator, startSimulator } from './simulator/index.ts';

const TIME_ZONE = 'Asia/Singapore';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Suppliers to look at for whoever has none yet: one is read by date, 30 times a minute, the other once an hour. */
export interface SampleSuppliers extends AsyncDisposable {
  readonly suppliers: readonly Supplier[];
}

export async function startSampleSuppliers(): Promise<SampleSuppliers> {
  await using stack = new AsyncDisposableStack();
  const tours = stack.use(await startSimulator({ kind: 'per-date', timeZone: TIME_ZONE, limits: ['30/1m'] }));
  const venue = stack.use(await startSimulator({ kind: 'snapshot', timeZone: TIME_ZONE, limits: ['1/1h'] }));
  const owned = stack.move();
  return {
    suppliers: [toursOf(tours), venueOf(venue)],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function toursOf({ url, productIds }: RunningSimulator): Supplier {
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

function venueOf({ url }: RunningSimulator): Supplier {
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
