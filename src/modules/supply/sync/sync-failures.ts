import { Unavailable } from '../../platform/errors.ts';

/** @param retryAfterS until a supplier may be asked again */
export function notObservedYet(retryAfterS: number): Unavailable {
  return new Unavailable('not-observed-yet', 'No supplier of items has answered yet', retryAfterS);
}

export function pullStillOpen(): Unavailable {
  const detail = 'The pause holds, but a pull that began before it has not ended yet. Ask again to be told when it has';
  return new Unavailable('pull-still-open', detail, 5);
}
