import { useMutation, useQueryClient } from '@tanstack/react-query';
import { BOOKING_QUERIES, invalidateQueries } from '../api/invalidate-queries.ts';
import { cancelBooking } from '../api/mutations.ts';
import type { Booking } from '../api/resources.ts';
import { CancelButton } from '../components/cancel-button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { formatDateTime, formatMoney, formatQuantity, formatShortDay, formatTimeRange } from '../format.ts';
import { useRights } from '../session/rights.ts';
import { type Client, useCurrentClient } from '../shell/current-client.tsx';
import { bookingMessage } from './booking-message.ts';
import { itemName, useRememberedItem } from './remembered-items.ts';
import { useBookings } from './use-bookings.ts';

/** The current client's bookings, newest first. */
export function MyBookings() {
  const { client } = useCurrentClient();
  const { canBook } = useRights();
  return (
    <section className="my-bookings" aria-label="My bookings">
      <h2>My bookings</h2>
      {client === undefined ? (
        <EmptyState title="No bookings yet">
          {canBook ? 'Book an item, and it appears here.' : 'Choose a client at the top of the page to see theirs.'}
        </EmptyState>
      ) : (
        <BookingList client={client} />
      )}
    </section>
  );
}

function BookingList({ client }: { readonly client: Client }) {
  const { body, error, refresh } = useBookings();
  return (
    <>
      {error && <ProblemNotice error={error} retry={refresh} />}
      {body === undefined && !error && <Loading rows={3} />}
      {body?.bookings.length === 0 && <EmptyState title="No bookings yet" />}
      {body && body.bookings.length > 0 && (
        <ul className="rows" aria-live="polite">
          {body.bookings.toReversed().map((booking) => (
            <BookingRow key={booking.booking_id} booking={booking} clientId={client.client_id} />
          ))}
        </ul>
      )}
    </>
  );
}

function BookingRow({ booking, clientId }: { readonly booking: Booking; readonly clientId: number }) {
  const { booking_id, item_id, quantity, status, price, created_at } = booking;
  const item = useRememberedItem(item_id);
  const name = itemName(item_id, item);
  const queries = useQueryClient();
  const { canCancel } = useRights();
  const cancel = useMutation({
    mutationFn: () => cancelBooking(clientId, booking_id),
    onSettled: () => invalidateQueries(queries, BOOKING_QUERIES),
  });
  return (
    <li className="row" data-status={status} data-booking={booking_id}>
      <div className="row-main">
        <div>
          <p className="row-title">{name}</p>
          <p className="hint">
            {item && `${formatShortDay(item.starts_at)}, ${formatTimeRange(item.starts_at, item.ends_at)} · `}
            {quantity > 1 && `${formatQuantity(quantity, 'place')} · `}
            {price && `${formatMoney(price.amount * quantity, price.currency)} · `}booked {formatDateTime(created_at)}
          </p>
          {status !== 'conflict' && <p className="hint">{bookingMessage(booking)}</p>}
        </div>
        <StatusBadge status={status} />
      </div>
      {status === 'conflict' && <p>{bookingMessage(booking)}</p>}
      {cancel.error && <ProblemNotice error={cancel.error} />}
      {canCancel && (status === 'pending' || status === 'confirmed') && (
        <div className="actions">
          <CancelButton
            kind="booking"
            subject={name}
            consequence="Your places become available to others. To get them back, you would have to book again."
            isPending={cancel.isPending}
            onCancel={() => cancel.mutate()}
          />
        </div>
      )}
    </li>
  );
}
