import { Failure } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';

/** The moment asked for is before the vehicle's first log, or it has none. */
export class NoStateYet extends Failure {
  readonly kind = 'not-found';
  readonly type = 'before-first-state';
  readonly title = 'Not found';
  constructor(vehicleId: Id) {
    super(`Vehicle ${vehicleId} was in no state yet at that time`);
  }
}
