import { useMutation, useQueryClient } from '@tanstack/react-query';
import { askAnew, OF_BOOKINGS } from '../api/invalidate-queries.ts';
import { cancelBooking } from '../api/mutations.ts';
import type { Booking } from '../api/resources.ts';
import { CancelButton } from '../components/cancel-button.tsx';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { Badge } from '../components/status-badge.tsx';
import { clockSpan, moment, money, shortDay } from '../format.ts';
import { useWho } from '../shell/current-client.tsx';
import { saidOfBooking } from './booking-message.ts';
import { useRememberedItem } from './remembered-items.ts';
import { useBookings } from './use-bookings.ts';

/** The visitor's bookings, the newest first, and what became of them. */
export function MyBookings() {
  const { client } = useWho();
  const { body, error, refresh } = useBookings();
  return (
    <section className="my-bookings" aria-label="My bookings">
      <h2>My bookings</h2>
      {client === undefined && <Empty title="Nobody has booked yet.">Book an item, and say who you are.</Empty>}
      {error && <Problem error={error} retry={refresh} />}
      {client !== undefined && body === undefined && !error && <Loading rows={3} />}
      {body?.bookings.length === 0 && <Empty title="Nothing is booked yet." />}
      {body && body.bookings.length > 0 && (
        <ul className="rows" aria-live="polite">
          {[...body.bookings].reverse().map((booking) => (
            <BookingRow key={booking.booking_id} booking={booking} clientId={client?.client_id ?? 0} />
          ))}
        </ul>
      )}
    </section>
  );
}

function BookingRow({ booking, clientId }: { readonly booking: Booking; readonly clientId: number }) {
  const { booking_id, item_id, quantity, status, price, created_at } = booking;
  const item = useRememberedItem(item_id);
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelBooking(clientId, booking_id),
    onSettled: () => askAnew(queries, OF_BOOKINGS),
  });
  return (
    <li className="row" data-status={status} data-booking={booking_id}>
      <div className="row-main">
        <div>
          <p className="row-time">{item?.name ?? `Item ${item_id}`}</p>
          <p className="hint">
            {item && `${shortDay(item.starts_at)}, ${clockSpan(item.starts_at, item.ends_at)} · `}
            {quantity > 1 && `${quantity} places · `}
            {price && `${money(price.amount * quantity, price.currency)} · `}booked {moment(created_at)}
          </p>
          {status !== 'conflict' && <p className="hint">{saidOfBooking(booking)}</p>}
        </div>
        <Badge status={status} />
      </div>
      {status === 'conflict' && <p>{saidOfBooking(booking)}</p>}
      {cancel.error && <Problem error={cancel.error} />}
      {(status === 'pending' || status === 'confirmed') && (
        <div className="actions">
          <CancelButton
            what={item?.name ?? `Item ${item_id}`}
            meaning="The supplier is told, and what you have goes to others; to have it back, you would book it anew."
            isPending={cancel.isPending}
            onCancel={() => cancel.mutate()}
          />
        </div>
      )}
    </li>
  );
}
