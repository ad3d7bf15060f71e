import { failure } from '../../../platform/errors.ts';

/** Time that cannot be offered or withdrawn: not whole slots, in the past, empty, or too much at once. */
export class RangeRefused extends failure('unprocessable', 'range-refused', 'Range cannot be offered') {}

/** A wall-clock time that a clock change skips or repeats, so that it does not name one instant. */
export class TimeRefused extends failure(
  'unprocessable',
  'time-skipped-or-repeated',
  'Time is skipped or repeated by a clock change',
) {
  constructor(text: string, timeZone: string) {
    super(`${text} does not name one moment in ${timeZone}: a clock change skips or repeats it. Add its offset`);
  }
}
