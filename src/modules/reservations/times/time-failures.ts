import { type FieldError, failure } from '../../../platform/errors.ts';
import { timeTextIn } from './wall-clock.ts';
import type { WrittenTime } from './written-time.ts';

/** A wall-clock time that a clock change skips or repeats, so that it does not name one instant. */
export class TimeRefused extends failure(
  'unprocessable',
  'time-skipped-or-repeated',
  'Time is skipped or repeated by a clock change',
) {
  override readonly errors: readonly FieldError[];

  constructor({ text, path }: WrittenTime, wallClock: Temporal.PlainDateTime, timeZone: string) {
    const message = adviseOn(wallClock, timeZone);
    super(`${text} ${message}`);
    this.errors = [{ path, message }];
  }
}

function adviseOn(wallClock: Temporal.PlainDateTime, timeZone: string): string {
  const fault = `does not name one moment in ${timeZone}:`;
  const earlier = wallClock.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const later = wallClock.toZonedDateTime(timeZone, { disambiguation: 'later' });
  if (earlier.toPlainDateTime().equals(wallClock)) {
    return `${fault} it occurs twice, because clocks go back. Add the offset ${earlier.offset} or ${later.offset}`;
  }
  // An offset would not help: it names another local time, which a repetition would go on with.
  const resumed = earlier.getTimeZoneTransition('next') ?? later;
  return `${fault} it does not exist, because clocks go forward to ${timeTextIn(resumed)}. Choose that or another time`;
}
