import { failure } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';

/** The requested time is before the vehicle's first state log. */
export class BeforeFirstState extends failure('not-found', 'before-first-state', 'Not found') {
  constructor(vehicleId: Id) {
    super(`Vehicle ${vehicleId} has no state log at or before this time`);
  }
}
