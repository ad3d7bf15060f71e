import type { ConstraintFailures } from '../../platform/db/database-failure.ts';
import { failure } from '../../platform/errors.ts';

/** The offered time overlaps slots that differ from it in time, capacity or price. */
export class SlotsOverlap extends failure('conflict', 'slots-overlap', 'Overlaps other slots') {
  constructor() {
    super('The time overlaps existing slots with other times, capacity or price. Withdraw those first');
  }
}

/** The slot has fewer free units than requested. */
export class SlotTaken extends failure('conflict', 'slot-taken', 'Slot is taken') {
  static readonly extensionSchemas = {
    remaining: {
      type: 'integer',
      description: 'With `slot-taken`: number of units that are still free.',
      examples: [0],
    },
  } as const;
  override readonly extensions: Readonly<Record<string, unknown>>;

  /** @param remaining number of free units; absent where only the constraint of the table noticed */
  constructor(remaining?: number) {
    super('Timeslot is unavailable. Please choose a different one');
    this.extensions = remaining === undefined ? {} : { remaining };
  }
}

/** The failures that stand for violations of the constraints of table `slot`. */
export const inventoryConstraints: ConstraintFailures = {
  slot_never_overlaps: () => new SlotsOverlap(),
  slot_never_oversold: () => new SlotTaken(),
};
