export { cutIntoSlots, type Price, type Slot, type Span } from './slot.ts';
export { inventoryConstraints, SlotTaken } from './slot-failures.ts';
export {
  closeSlots,
  type LockedSlot,
  lockSlots,
  lockSlotsOfProvider,
  offerSlots,
  readLockedSlots,
  SLOT_PRICE,
  type SlotTerms,
} from './slot-store.ts';
