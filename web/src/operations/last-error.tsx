import type { SupplierStatus } from '../api/resources.ts';
import { exactMoment, span } from '../format.ts';

/** Longer than a pull that fails takes, so that a supplier which is down does not look well while it is asked again. */
const SURELY_TOLD_MS = 5 * 60_000;

/**
 * Whether a supplier is well again. Only failures are told, and each replaces the one before: a later pull went well
 * when some time has passed without a later failure. Where all is as young as asked, none matters any more. Age alone
 * would not do: the last pull of an hourly supplier may have failed 50 minutes ago.
 */
function isOver({ backlog, total, last_pull_at, last_error_at }: SupplierStatus, nowMs: number): boolean {
  if (total > 0 && backlog === 0) return true;
  if (last_pull_at === null || last_error_at === null) return false;
  const errorMs = Date.parse(last_error_at);
  return Date.parse(last_pull_at) > errorMs && nowMs - errorMs > SURELY_TOLD_MS;
}

interface Props {
  readonly supplier: SupplierStatus;
  readonly nowMs: number;
}

/** What went wrong last, and when; of no weight any more when it is over. */
export function LastError({ supplier, nowMs }: Props) {
  const { last_error, last_error_at } = supplier;
  if (last_error === null) return null;
  const isPast = isOver(supplier, nowMs);
  return (
    <div className={isPast ? 'hint last-error' : 'problem last-error'} data-over={isPast || undefined}>
      {last_error_at !== null && (
        <p>
          Last error{' '}
          <time dateTime={last_error_at} title={exactMoment(last_error_at)}>
            {span(Math.max(0, nowMs - Date.parse(last_error_at)))} ago
          </time>
        </p>
      )}
      <p className="last-error-said">{last_error}</p>
    </div>
  );
}
