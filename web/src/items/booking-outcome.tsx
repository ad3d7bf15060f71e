import { useEffect, useRef } from 'react';
import type { Booking } from '../api/resources.ts';
import { Badge } from '../components/status-badge.tsx';
import { saidOfBooking } from './booking-message.ts';
import { useBookings } from './use-bookings.ts';

interface Props {
  /** As it was made. */
  readonly booked: Booking;
  readonly onClose: () => void;
}

/** What becomes of a booking that was just made, for as long as somebody waits for it. */
export function BookingOutcome({ booked, onClose }: Props) {
  const { body } = useBookings();
  const booking = body?.bookings.find(({ booking_id }) => booking_id === booked.booking_id) ?? booked;
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The button that had the focus is gone.
    notice.current?.focus();
  }, []);
  return (
    <>
      <div ref={notice} className="outcome" role="status" tabIndex={-1} data-status={booking.status}>
        <Badge status={booking.status} />
        <p>{saidOfBooking(booking)}</p>
      </div>
      <button type="button" className="wide" onClick={onClose}>
        {booking.status === 'conflict' ? 'Choose another item' : 'Done'}
      </button>
    </>
  );
}
