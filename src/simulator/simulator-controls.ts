import type { LogEntry } from './http/accept-log.ts';
import type { FaultPlans } from './http/faults.ts';
import type { Booking } from './inventory/bookings.ts';
import type { UnitId } from './inventory/stock.ts';
import type { Supplier } from './supplier.ts';

/** What a test or an operator can see and do while the simulator runs. */
export interface SimulatorControls {
  /** Every read that arrived, in order. */
  log(): readonly LogEntry[];
  /** Every booking that was ever made, in order, with its key and reference. */
  bookings(): readonly Booking[];
  faults(): FaultPlans;
  /** Replaces all faults. */
  setFaults(plans: FaultPlans): void;
  /** Other people's purchases per second; 0 for none. */
  setRivals(perSecond: number): void;
  /** One purchase by somebody else, now; what it was, if anything. */
  rivalBuys(): UnitId | undefined;
  /** Sells to somebody else: all, or nothing and `false`. */
  sell(id: UnitId, quantity: number): boolean;
  /** Takes a slot or an item off sale without a word. Its bookings stay. */
  vanish(id: UnitId): void;
  setPrice(id: UnitId, amount: number): void;
}

export function controlsOf({ log, bookings, faults, rivals, supply, stock }: Supplier): SimulatorControls {
  return {
    log: () => log.entries(),
    bookings: () => bookings.all(),
    faults: () => faults.plans(),
    setFaults: (plans) => faults.set(plans),
    setRivals: (perSecond) => rivals.setRate(perSecond),
    rivalBuys: () => rivals.buyOne(),
    sell(id, quantity) {
      const unit = supply.find(id);
      return unit !== undefined && stock.take(unit, quantity);
    },
    vanish: (id) => stock.vanish(id),
    setPrice: (id, amount) => stock.setPrice(id, amount),
  };
}
