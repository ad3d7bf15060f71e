import { failure } from '../../../platform/errors.ts';

/** The pause is stored, but a pull that was reserved before it may still be sent. */
export class PullStillOpen extends failure('unavailable', 'pull-still-open', 'Temporarily unavailable') {
  override readonly retryAfterS = 5;
  constructor() {
    super(
      'The sync is paused, but a pull that started before the pause has not ended. Repeat the request to wait for it',
    );
  }
}
