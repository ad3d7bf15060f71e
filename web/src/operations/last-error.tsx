import type { SupplierStatus } from '../api/resources.ts';
import { formatDuration, formatExactDateTime } from '../format.ts';

/** Longer than a failing pull takes, so that a supplier that is down does not look well while it is pulled again. */
const QUIET_PERIOD_MS = 5 * 60_000;

/**
 * Whether the supplier has recovered from its last error. The API reports only the last failure, so a pull has
 * succeeded since then if it started later and no failure followed for a while. Once everything is fresh enough, the
 * error no longer matters. Age alone is no sign: the last pull of an hourly supplier may have failed 50 minutes ago.
 */
function hasRecovered({ backlog, total, last_pull_at, last_error_at }: SupplierStatus, nowMs: number): boolean {
  if (total > 0 && backlog === 0) return true;
  if (last_pull_at === null || last_error_at === null) return false;
  const errorMs = Date.parse(last_error_at);
  return Date.parse(last_pull_at) > errorMs && nowMs - errorMs > QUIET_PERIOD_MS;
}

interface Props {
  readonly supplier: SupplierStatus;
  readonly nowMs: number;
}

/** The supplier's last error and its age. It is highlighted until the supplier has recovered. */
export function LastError({ supplier, nowMs }: Props) {
  const { last_error, last_error_at } = supplier;
  if (last_error === null) return null;
  const isPast = hasRecovered(supplier, nowMs);
  return (
    <div className={isPast ? 'hint last-error' : 'problem last-error'}>
      {last_error_at !== null && (
        <p>
          Last error{' '}
          <time dateTime={last_error_at} title={formatExactDateTime(last_error_at)}>
            {formatDuration(nowMs - Date.parse(last_error_at))} ago
          </time>
        </p>
      )}
      <p className="last-error-message">{last_error}</p>
    </div>
  );
}
