import { failure } from '../../../platform/errors.ts';

/** No supplier of items has answered a pull yet. */
export class NotObservedYet extends failure('unavailable', 'not-observed-yet', 'Temporarily unavailable') {
  override readonly retryAfterS: number;
  /** @param retryAfterS seconds until the next pull is allowed */
  constructor(retryAfterS: number) {
    super('No supplier of items has answered yet. Try again after the next pull');
    this.retryAfterS = retryAfterS;
  }
}
