export { cutIntoSlots, type Slot, type Span } from './slot.ts';
export { inventoryConstraints, SlotTaken } from './slot-failures.ts';
export {
  closeSlots,
  type LockedSlot,
  lockSlots,
  lockSlotsOfProvider,
  offerSlots,
  readLockedSlots,
} from './slot-store.ts';
