import { readFileSync } from 'node:fs';
import { type Random, seededRandom } from '../platform/seeded-random.ts';
import { AcceptLog } from './http/accept-log.ts';
import { Faults } from './http/faults.ts';
import { type Limit, parseLimit, SlidingWindows } from './http/sliding-windows.ts';
import { Bookings } from './inventory/bookings.ts';
import type { Inventory } from './inventory/inventory.ts';
import { perDateInventory } from './inventory/per-date-inventory.ts';
import type { PerDateProduct } from './inventory/per-date-product.ts';
import { type Recording, recordedProducts } from './inventory/recorded-products.ts';
import { Rivals } from './inventory/rivals.ts';
import { machineClock, type SimulatorClock } from './inventory/simulator-clock.ts';
import { snapshotInventory } from './inventory/snapshot-inventory.ts';
import { Stock } from './inventory/stock.ts';
import { syntheticProducts } from './inventory/synthetic-products.ts';
import { SimulatorError, type SimulatorOptions } from './simulator-options.ts';

/** A simulated supplier without HTTP. */
export interface SimulatedSupplier {
  readonly clock: SimulatorClock;
  readonly stock: Stock;
  readonly inventory: Inventory;
  readonly windows: SlidingWindows;
  readonly log: AcceptLog;
  readonly faults: Faults;
  readonly random: Random;
  readonly bookings: Bookings;
  readonly rivals: Rivals;
}

const SAMPLE = new URL('../../samples/supplier-inventory.json', import.meta.url);
const TIME_ZONE = 'Asia/Singapore';

export function createSimulatedSupplier(options: SimulatorOptions): SimulatedSupplier {
  const { clock = machineClock, seed = 1, limits = [] } = options;
  const stock = new Stock();
  const inventory = createInventory(options, stock, clock, seed);
  // Faults and rivals have separate random streams, so that faults do not change what rivals buy.
  const random = seededRandom(seed, 0);
  return {
    clock,
    stock,
    inventory,
    random,
    windows: new SlidingWindows(limits.map(readLimit)),
    log: new AcceptLog(),
    faults: new Faults(random),
    bookings: new Bookings(inventory, stock, clock),
    rivals: new Rivals(inventory, stock, seededRandom(seed, 1)),
  };
}

function createInventory(options: SimulatorOptions, stock: Stock, clock: SimulatorClock, seed: number): Inventory {
  const { timeZone = TIME_ZONE, inventoryFile = SAMPLE } = options;
  if (options.kind === 'snapshot') return snapshotInventory(stock, clock, timeZone);
  const recorded = readProducts(inventoryFile);
  const synthetic = syntheticProducts(options.syntheticProducts ?? 0, seed);
  return perDateInventory([...recorded, ...synthetic], stock, clock, timeZone);
}

function readProducts(file: string | URL): PerDateProduct[] {
  try {
    return recordedProducts(JSON.parse(readFileSync(file, 'utf8')) as Recording);
  } catch (error) {
    throw new SimulatorError(`cannot read the inventory ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

function readLimit(text: string): Limit {
  const limit = parseLimit(text);
  if (!limit) throw new SimulatorError(`a limit must be written like 30/1m, not ${text}`);
  return limit;
}
