import { Failure, Unavailable } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';

export class NoSuchExperience extends Failure {
  readonly kind = 'not-found';
  readonly type = 'no-such-experience';
  readonly title = 'Not found';
  constructor(experienceId: Id) {
    super(`There is no experience ${experienceId}`);
  }
}

export class NoSuchSupplier extends Failure {
  readonly kind = 'not-found';
  readonly type = 'no-such-supplier';
  readonly title = 'Not found';
  constructor(supplierId: string) {
    super(`There is no supplier ${supplierId}`);
  }
}

/** @param retryAfterS until a supplier may be asked again */
export function notObservedYet(retryAfterS: number): Unavailable {
  return new Unavailable('not-observed-yet', 'No supplier of items has answered yet', retryAfterS);
}

export function pullStillOpen(): Unavailable {
  const detail = 'The pause holds, but a pull that began before it has not ended yet. Ask again to be told when it has';
  return new Unavailable('pull-still-open', detail, 5);
}
