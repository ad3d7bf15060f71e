import type { LogEntry } from './http/accept-log.ts';
import type { FaultPlans } from './http/faults.ts';
import type { SupplierBooking } from './inventory/bookings.ts';
import type { UnitId } from './inventory/stock.ts';
import type { SimulatedSupplier } from './simulated-supplier.ts';

/** The state that a test or an operator can read and change while the simulator runs. */
export interface SimulatorControls {
  /** Every read that arrived, in order. */
  log(): readonly LogEntry[];
  /** Every booking that was ever made, in order. */
  bookings(): readonly SupplierBooking[];
  faults(): FaultPlans;
  /** Replaces all faults. */
  setFaults(plans: FaultPlans): void;
  /** Sets the purchases per second by other buyers; 0 stops them. */
  setRivals(perSecond: number): void;
  /** Lets another buyer buy one unit now. @returns what was bought, if anything */
  buyAsRival(): UnitId | undefined;
  /** Sells units to another buyer. @returns `false`, without selling any, if fewer are left */
  sell(id: UnitId, quantity: number): boolean;
  /** Removes a slot or an item without notice. Its bookings stay. */
  vanish(id: UnitId): void;
  setPrice(id: UnitId, amount: number): void;
}

export function controlsOf({ log, bookings, faults, rivals, inventory, stock }: SimulatedSupplier): SimulatorControls {
  return {
    log: () => log.entries(),
    bookings: () => bookings.all(),
    faults: () => faults.plans(),
    setFaults: (plans) => faults.set(plans),
    setRivals: (perSecond) => rivals.setRate(perSecond),
    buyAsRival: () => rivals.buyOne(),
    sell(id, quantity) {
      const unit = inventory.find(id);
      return unit !== undefined && stock.take(unit, quantity);
    },
    vanish: (id) => stock.vanish(id),
    setPrice: (id, amount) => stock.setPrice(id, amount),
  };
}
