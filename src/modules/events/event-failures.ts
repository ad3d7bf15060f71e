import { type FailureType, Unavailable, unavailable } from '../../platform/errors.ts';

const STOPPING = 'stopping';
const TOO_MANY_LISTENERS = 'too-many-listeners';
const RETRY_AFTER_S = 5;

export function stopping(): Unavailable {
  return new Unavailable(STOPPING, 'This instance is stopping. Connect again to reach another instance.');
}

export function tooManyListeners(maxListeners: number): Unavailable {
  const detail = `This instance has ${maxListeners} listeners, its maximum. Connect again in ${RETRY_AFTER_S} seconds.`;
  return new Unavailable(TOO_MANY_LISTENERS, detail, RETRY_AFTER_S);
}

/** Failures of a connection to the event stream, beyond those of every read. */
export const LISTEN_PROBLEMS: readonly FailureType[] = [STOPPING, TOO_MANY_LISTENERS].map(unavailable);
