import { useEffect, useRef } from 'react';
import type { Booking } from '../api/resources.ts';
import { StatusBadge } from '../components/status-badge.tsx';
import { bookingMessage } from './booking-message.ts';
import { useBookings } from './use-bookings.ts';

interface Props {
  /** The booking as it was created. */
  readonly created: Booking;
  readonly onClose: () => void;
}

/** The current status of a booking that has just been made. It takes the focus, as the button that had it is gone. */
export function BookingOutcome({ created, onClose }: Props) {
  const { body } = useBookings();
  const booking = body?.bookings.find(({ booking_id }) => booking_id === created.booking_id) ?? created;
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => notice.current?.focus(), []);
  return (
    <>
      <div ref={notice} className="outcome" role="status" tabIndex={-1} data-status={booking.status}>
        <StatusBadge status={booking.status} />
        <p>{bookingMessage(booking)}</p>
      </div>
      <button type="button" className="wide" onClick={onClose}>
        {booking.status === 'conflict' ? 'Choose another item' : 'Done'}
      </button>
    </>
  );
}
