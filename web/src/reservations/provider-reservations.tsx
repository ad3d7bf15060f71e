import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { invalidateQueries, RESERVATION_QUERIES } from '../api/invalidate-queries.ts';
import { changeReservation } from '../api/mutations.ts';
import { upcomingReservationsQuery } from '../api/queries.ts';
import type { Reservation } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { useClientName, useProvider } from '../api/use-people.ts';
import { CancelButton } from '../components/cancel-button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { OutcomeNotice } from '../components/outcome-notice.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { UpdatedAgo } from '../components/updated-ago.tsx';
import { dateIn } from '../format.ts';
import { placeTime } from '../place-time.ts';
import { ReservationHistory } from './reservation-history.tsx';
import { reservationSummary } from './reservation-summary.ts';

/** Live reservations of a provider's slots from today on, earliest first. */
export function ProviderReservations({ providerId }: { readonly providerId: number }) {
  const zone = useProvider(providerId).body?.time_zone;
  const today = dateIn(Date.now(), zone);
  const { body, cached, error, refresh } = useCached(upcomingReservationsQuery(providerId, today));
  const [cancelledId, setCancelledId] = useState<number>();
  const reservations = body?.reservations.toSorted((a, b) => a.start_time.localeCompare(b.start_time));
  return (
    <div className="view narrow">
      <div className="view-head">
        <h1>Reservations</h1>
        <UpdatedAgo cached={cached} error={error} />
      </div>
      <div className="notice-place" role="status">
        {cancelledId !== undefined && (
          <OutcomeNotice key={cancelledId}>
            Reservation {cancelledId} is cancelled. The time is available to others again.
          </OutcomeNotice>
        )}
      </div>
      {reservations === undefined && !error && <Loading rows={6} />}
      {error && <ProblemNotice error={error} retry={refresh} />}
      {reservations?.length === 0 && (
        <EmptyState title="No reservations ahead">When someone reserves your time, it appears here.</EmptyState>
      )}
      {reservations && reservations.length > 0 && (
        <ul className="rows">
          {reservations.map((reservation) => (
            <Row
              key={reservation.reservation_id}
              reservation={reservation}
              zone={zone}
              onCancelled={() => setCancelledId(reservation.reservation_id)}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

interface RowProps {
  readonly reservation: Reservation;
  readonly zone: string | undefined;
  readonly onCancelled: () => void;
}

function Row({ reservation, zone, onCancelled }: RowProps) {
  const { reservation_id: id, client_id, status, start_time, end_time } = reservation;
  const name = useClientName(client_id);
  const summary = reservationSummary(reservation);
  const queries = useQueryClient();
  const [isOpen, setIsOpen] = useState(false);
  const cancel = useMutation({
    mutationFn: () => changeReservation('cancel', id, undefined),
    onSuccess: onCancelled,
    onSettled: () => invalidateQueries(queries, RESERVATION_QUERIES),
  });
  const { day, time, clock } = placeTime(start_time, end_time, zone);
  return (
    <li className="row" data-status={status}>
      <div className="row-main">
        <div>
          <p className="row-title">{name}</p>
          <p className="hint">
            {day}, <span className="no-wrap">{time}</span>
            {clock !== undefined && `, ${clock}`}
            {summary !== undefined && ` · ${summary}`} · no. {id}
          </p>
        </div>
        <StatusBadge status={status} />
      </div>
      {cancel.error && <ProblemNotice error={cancel.error} />}
      <div className="actions">
        <CancelButton
          kind="reservation"
          subject={`${name}, ${day}, ${time}`}
          consequence="The client sees it right away, and the time becomes available to others."
          isPending={cancel.isPending}
          onCancel={() => cancel.mutate()}
        />
        <button type="button" className="plain" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          History
        </button>
      </div>
      {isOpen && <ReservationHistory id={id} />}
    </li>
  );
}
