import type { ConstraintFailures } from '../../platform/db/database-failure.ts';
import { failure } from '../../platform/errors.ts';

/** The offered time overlaps slots that differ from it in time, capacity or price. */
export class SlotsOverlap extends failure('conflict', 'slots-overlap', 'Overlaps other slots') {
  constructor() {
    super('The time overlaps existing slots with other times, capacity or price. Withdraw those first');
  }
}

/** The schema of the member `remaining` of a refusal for want of units. */
export function remainingUnits(type: string) {
  return {
    remaining: {
      type: 'integer',
      description: `With \`${type}\`: number of units that are still free.`,
      examples: [0],
    },
  } as const;
}

/** The slot has fewer free units than requested. */
export class SlotTaken extends failure('conflict', 'slot-taken', 'Not enough units are free') {
  static readonly extensionSchemas = remainingUnits('slot-taken');
  override readonly extensions: Readonly<Record<string, unknown>>;
  readonly remaining: number | undefined;

  /** @param remaining number of free units; absent where only the constraint of the table noticed */
  constructor(remaining?: number) {
    super(
      remaining === undefined || remaining === 0
        ? 'Timeslot is unavailable. Please choose a different one'
        : `Only ${remaining} of the requested units ${remaining === 1 ? 'is' : 'are'} free. Choose fewer units or another slot`,
    );
    this.remaining = remaining;
    this.extensions = remaining === undefined ? {} : { remaining };
  }
}

/** The failures that stand for violations of the constraints of table `slot`. */
export const inventoryConstraints: ConstraintFailures = {
  slot_never_overlaps: () => new SlotsOverlap(),
  slot_never_oversold: () => new SlotTaken(),
};
