import { reservationHistoryQuery } from '../api/queries.ts';
import type { HistoryEntry } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { Loading } from '../components/loading.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { formatExactDateTime } from '../format.ts';

/** The changes of a reservation, from its hold on. */
export function ReservationHistory({ id }: { readonly id: number }) {
  const { body, error, refresh } = useCached(reservationHistoryQuery(id));
  if (error && body === undefined) return <ProblemNotice error={error} retry={refresh} />;
  if (body === undefined) return <Loading rows={2} />;
  return (
    <ol className="history">
      {body.history.map((entry, index) => (
        <li key={entry.at + entry.status}>
          <span>{describeChange(entry, body.history[index - 1])}</span>
          <span className="hint">
            {formatExactDateTime(entry.at)} · slot {entry.slot_id}
          </span>
        </li>
      ))}
    </ol>
  );
}

const CHANGES = {
  held: 'Held',
  confirmed: 'Confirmed',
  cancelled: 'Cancelled',
  expired: 'Expired',
  conflict: 'Declined by the supplier',
} as const;

function describeChange(entry: HistoryEntry, previous: HistoryEntry | undefined): string {
  if (previous?.status !== entry.status) return CHANGES[entry.status];
  return previous.slot_id === entry.slot_id ? 'Extended' : 'Rescheduled';
}
