import { type FailureType, Unavailable, unavailable } from '../../platform/errors.ts';

const SOURCE_FAILING = 'source-failing';

/** The source failed a moment ago. Callers are refused at once instead of each waiting for a failure of its own. */
export function sourceFailing(): Unavailable {
  return new Unavailable(SOURCE_FAILING, 'The data cannot be read at the moment. Try again in a second.');
}

/** Failures of an operation that reads a view, beyond those of every read. A view's loads share batches. */
export const VIEW_PROBLEMS: readonly FailureType[] = ['overloaded', SOURCE_FAILING].map(unavailable);
