import { readFileSync } from 'node:fs';
import { type Random, seededRandom } from '../platform/seeded-random.ts';
import { AcceptLog } from './http/accept-log.ts';
import { Faults } from './http/faults.ts';
import { type Limit, parseLimit, SlidingWindows } from './http/limits.ts';
import { Bookings } from './inventory/bookings.ts';
import type { PerDateProduct } from './inventory/per-date-product.ts';
import { perDateSupply } from './inventory/per-date-supply.ts';
import { type Recording, recordedProducts } from './inventory/recorded-products.ts';
import { Rivals } from './inventory/rivals.ts';
import { machineClock, type SimulatorClock } from './inventory/simulator-clock.ts';
import { snapshotSupply } from './inventory/snapshot-supply.ts';
import { Stock } from './inventory/stock.ts';
import type { Supply } from './inventory/supply.ts';
import { syntheticProducts } from './inventory/synthetic-products.ts';
import { SimulatorError, type SimulatorOptions } from './simulator-options.ts';

/** The supplier itself, without HTTP. */
export interface Supplier {
  readonly clock: SimulatorClock;
  readonly stock: Stock;
  readonly supply: Supply;
  readonly windows: SlidingWindows;
  readonly log: AcceptLog;
  readonly faults: Faults;
  readonly random: Random;
  readonly bookings: Bookings;
  readonly rivals: Rivals;
}

const SAMPLE = new URL('../../samples/supplier-inventory.json', import.meta.url);
const TIME_ZONE = 'Asia/Singapore';

export function createSupplier(options: SimulatorOptions): Supplier {
  const { clock = machineClock, seed = 1, limits = [] } = options;
  const stock = new Stock();
  const supply = createSupply(options, stock, clock, seed);
  // A stream of random numbers each: faults that are switched on do not change what rivals buy.
  const random = seededRandom(seed, 0);
  return {
    clock,
    stock,
    supply,
    random,
    windows: new SlidingWindows(limits.map(readLimit)),
    log: new AcceptLog(),
    faults: new Faults(random),
    bookings: new Bookings(supply, stock, clock),
    rivals: new Rivals(supply, stock, seededRandom(seed, 1)),
  };
}

function createSupply(options: SimulatorOptions, stock: Stock, clock: SimulatorClock, seed: number): Supply {
  const { timeZone = TIME_ZONE, inventoryFile = SAMPLE } = options;
  if (options.kind === 'snapshot') return snapshotSupply(stock, clock, timeZone);
  const recorded = readProducts(inventoryFile);
  const synthetic = syntheticProducts(options.syntheticProducts ?? 0, seed);
  return perDateSupply([...recorded, ...synthetic], stock, clock, timeZone);
}

function readProducts(file: string | URL): PerDateProduct[] {
  try {
    return recordedProducts(JSON.parse(readFileSync(file, 'utf8')) as Recording);
  } catch (error) {
    throw new SimulatorError(`${file} is no readable inventory: ${error instanceof Error ? error.message : error}`);
  }
}

function readLimit(text: string): Limit {
  const limit = parseLimit(text);
  if (!limit) throw new SimulatorError(`${text} is no limit; one is written 30/1m`);
  return limit;
}
