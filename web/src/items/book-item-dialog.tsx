import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { askAnew, OF_BOOKINGS } from '../api/invalidate-queries.ts';
import { bookItem } from '../api/mutations.ts';
import type { Item } from '../api/resources.ts';
import { Dialog } from '../components/dialog.tsx';
import { Problem } from '../components/states.tsx';
import { Stepper } from '../components/stepper.tsx';
import { clockSpan, longDay, money } from '../format.ts';
import { ClientChoice } from '../shell/client-picker.tsx';
import { useWho } from '../shell/current-client.tsx';
import { BookingOutcome } from './booking-outcome.tsx';

interface Props {
  /** As it was when it was chosen. */
  readonly item: Item;
  /** How many are left of it now; an item that is gone from the list has none. */
  readonly left: number;
  readonly onClose: () => void;
}

/** Books an item, and says what became of that where it was booked. */
export function BookItem({ item, left, onClose }: Props) {
  const { client } = useWho();
  const queries = useQueryClient();
  const book = useMutation({
    mutationFn: ({ clientId, quantity }: { clientId: number; quantity: number }) =>
      bookItem(clientId, item.item_id, quantity),
    onSettled: () => askAnew(queries, OF_BOOKINGS),
  });
  const isRefused = book.error instanceof HoldfastProblem && book.error.type === 'item-sold-out';
  // While it is being booked, the list may be without it because of that.
  const isGone = left === 0 && !book.isPending;
  return (
    <Dialog title={item.name ?? `Item ${item.item_id}`} onClose={onClose}>
      <div className="panel-form">
        <p>
          {longDay(item.starts_at)}, {clockSpan(item.starts_at, item.ends_at)}
        </p>
        {client === undefined && <ClientChoice onChosen={() => {}} />}
        {book.data && <BookingOutcome booked={book.data} onClose={onClose} />}
        {client && !book.data && isGone && (
          <>
            <Lost>It is no longer to be had.</Lost>
            <button type="button" className="wide" onClick={onClose}>
              Choose another item
            </button>
          </>
        )}
        {client && !book.data && !isGone && (
          <>
            {isRefused && <Lost>That many are no longer left.</Lost>}
            {book.error && !isRefused && <Problem error={book.error} />}
            <BookForm
              item={item}
              left={left}
              isPending={book.isPending}
              onBook={(quantity) => book.mutate({ clientId: client.client_id, quantity })}
            />
          </>
        )}
      </div>
    </Dialog>
  );
}

function Lost({ children }: { readonly children: string }) {
  return (
    <p className="lost" role="alert">
      Somebody was a moment quicker. {children} Nothing was booked for you.
    </p>
  );
}

interface FormProps extends Pick<Props, 'item' | 'left'> {
  readonly isPending: boolean;
  readonly onBook: (quantity: number) => void;
}

function BookForm({ item: { price }, left, isPending, onBook }: FormProps) {
  const [chosen, setChosen] = useState(1);
  const quantity = Math.max(1, Math.min(chosen, left));
  return (
    <>
      <div className="pax-one">
        <span>Places</span>
        <Stepper label="Places" value={quantity} min={1} max={left} onChange={setChosen} />
      </div>
      <button type="button" className="primary wide" disabled={isPending} onClick={() => onBook(quantity)}>
        {isPending ? 'One moment…' : 'Book'}
        {price && <span className="button-note">{money(price.amount * quantity, price.currency)}</span>}
      </button>
      <p className="hint">The supplier is told at once. Until it has agreed, the booking is pending.</p>
    </>
  );
}
