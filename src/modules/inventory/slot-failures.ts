import type { ConstraintFailures } from '../../platform/db/database-failure.ts';
import { failure } from '../../platform/errors.ts';

export class SlotsOverlap extends failure('conflict', 'slots-overlap', 'Overlaps other slots') {
  constructor() {
    super('The time overlaps slots of another shape that are offered already');
  }
}

export class SlotTaken extends failure('conflict', 'slot-taken', 'Slot is taken') {
  constructor() {
    super('Timeslot is unavailable. Please choose a different one');
  }
}

export const inventoryConstraints: ConstraintFailures = {
  slot_never_overlaps: () => new SlotsOverlap(),
  slot_never_oversold: () => new SlotTaken(),
};
