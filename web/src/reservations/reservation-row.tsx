import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { BOOKING_QUERIES, invalidateQueries, RESERVATION_QUERIES } from '../api/invalidate-queries.ts';
import { changeReservation } from '../api/mutations.ts';
import type { Reservation } from '../api/resources.ts';
import { CancelButton } from '../components/cancel-button.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { placeTime } from '../place-time.ts';
import { useRights } from '../session/rights.ts';
import { addressOf } from '../shell/addresses.ts';
import { ReservationHistory } from './reservation-history.tsx';
import { reservationSummary } from './reservation-summary.ts';
import { usePlace } from './use-reservations.ts';

interface Props {
  readonly reservation: Reservation;
  readonly onCancelled: (id: number) => void;
}

/** A reservation that is no longer a hold. */
export function ReservationRow({ reservation, onCancelled }: Props) {
  const { reservation_id: id, client_id, provider_id, status, start_time, end_time } = reservation;
  const summary = reservationSummary(reservation);
  const [isOpen, setIsOpen] = useState(false);
  const queries = useQueryClient();
  const { canBook, canCancel } = useRights();
  const cancel = useMutation({
    mutationFn: () => changeReservation('cancel', id, client_id),
    onSuccess: () => onCancelled(id),
    onSettled: () => invalidateQueries(queries, [...RESERVATION_QUERIES, ...BOOKING_QUERIES]),
  });
  const { title, zone } = usePlace(reservation);
  const { day, time, clock, visitorStart } = placeTime(start_time, end_time, zone);
  return (
    <li className="row" data-status={status}>
      <div className="row-main">
        <div>
          <p className="row-title">
            {day}, <span className="no-wrap">{time}</span>
            {clock !== undefined && `, ${clock}`}
          </p>
          {visitorStart !== undefined && <p className="hint">{visitorStart}</p>}
          <p className="hint">
            {title}
            {summary !== undefined && ` · ${summary}`} · no. {id}
          </p>
        </div>
        <StatusBadge status={status} />
      </div>
      {status === 'conflict' && (
        <p>Sorry, this is no longer available. There is nothing to pay. Please choose something else.</p>
      )}
      {cancel.error && <ProblemNotice error={cancel.error} />}
      <div className="actions">
        {canBook && status === 'confirmed' && provider_id !== null && (
          <Link className="button" href={addressOf('book', { provider: provider_id, move: id })}>
            Reschedule
          </Link>
        )}
        {canCancel && status === 'confirmed' && (
          <CancelButton
            kind="reservation"
            subject={`${day}, ${time}, ${title}`}
            consequence="The time becomes available to others right away. To get it back, you would have to book it again."
            isPending={cancel.isPending}
            onCancel={() => cancel.mutate()}
          />
        )}
        <button type="button" className="plain" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          History
        </button>
      </div>
      {isOpen && <ReservationHistory id={id} />}
    </li>
  );
}
