import { type FieldError, failure } from '../../../platform/errors.ts';
import type { WrittenRange } from './plan/offer.ts';

/** Time that cannot be offered or withdrawn: not whole slots, in the past, empty, or too much at once. */
export class RangeRefused extends failure('unprocessable', 'range-refused', 'Range cannot be offered') {
  override readonly errors: readonly FieldError[];

  /**
   * @param subject the range or break at fault, which the detail names by its times, or the path of another field
   * @param message a predicate, with what to do next: `starts in the past. Choose a later start`
   */
  constructor(subject: WrittenRange | string, message: string) {
    const isField = typeof subject === 'string';
    const name = isField ? subject.slice(1) : `The ${subject.kind} ${subject.start.text} to ${subject.end.text}`;
    super(`${name} ${message}`);
    this.errors = [{ path: isField ? subject : subject.path, message }];
  }
}
