export { cutIntoSlots, type Price, type Slot, type Span, writtenPrice } from './slot.ts';
export { inventoryConstraints, SlotTaken } from './slot-failures.ts';
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
