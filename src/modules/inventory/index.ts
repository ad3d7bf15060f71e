export { AmountTooFine, amountsOf, type Price, parsePrice, requirePayable, toJsonPrice } from './price.ts';
export { PriceField, UnitPrice } from './price-schemas.ts';
export { cutIntoSlots, type Slot, type Span } from './slot.ts';
export { inventoryConstraints, remainingUnits, SlotsOverlap, SlotTaken } from './slot-failures.ts';
export {
  closeSlots,
  type LockedSlot,
  lockSlots,
  lockSlotsOfProvider,
  offerSlots,
  priceColumn,
  readLockedSlots,
  type SlotTerms,
} from './slot-store.ts';
export { type HoldPairs, toHolds, type Units, unitsChangeMs, unitsFree } from './units.ts';
