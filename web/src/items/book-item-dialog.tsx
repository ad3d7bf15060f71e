import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { BOOKING_QUERIES, invalidateQueries } from '../api/invalidate-queries.ts';
import { bookItem } from '../api/mutations.ts';
import type { Item } from '../api/resources.ts';
import { ActionButton } from '../components/action-button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Stepper } from '../components/stepper.tsx';
import { formatLongDay, formatMoney, formatTimeRange } from '../format.ts';
import { ClientPicker } from '../shell/client-picker.tsx';
import { type Client, useCurrentClient } from '../shell/current-client.tsx';
import { BookingOutcome } from './booking-outcome.tsx';
import { itemName } from './remembered-items.ts';

interface Props {
  /** The item as it was when the visitor chose it. */
  readonly item: Item;
  /** Places left now. An item that is no longer listed has none. */
  readonly remaining: number;
  readonly onClose: () => void;
}

/** Books an item and shows the outcome. */
export function BookItemDialog({ item, remaining, onClose }: Props) {
  const { client } = useCurrentClient();
  return (
    <Dialog title={itemName(item.item_id, item)} onClose={onClose}>
      <div className="form">
        <p>
          {formatLongDay(item.starts_at)}, {formatTimeRange(item.starts_at, item.ends_at)}
        </p>
        {client === undefined ? (
          <ClientPicker />
        ) : (
          <BookingSteps item={item} remaining={remaining} client={client} onClose={onClose} />
        )}
      </div>
    </Dialog>
  );
}

function BookingSteps({ item, remaining, client, onClose }: Props & { readonly client: Client }) {
  const queries = useQueryClient();
  const book = useMutation({
    mutationFn: (quantity: number) => bookItem(client.client_id, item.item_id, quantity),
    onSettled: () => invalidateQueries(queries, BOOKING_QUERIES),
  });
  if (book.data) return <BookingOutcome created={book.data} onClose={onClose} />;
  // While the request runs, the list may lack the item because of this very booking.
  if (remaining === 0 && !book.isPending) {
    return (
      <>
        <TakenNotice>This item is no longer available.</TakenNotice>
        <button type="button" className="wide" onClick={onClose}>
          Choose another item
        </button>
      </>
    );
  }
  const isSoldOut = book.error instanceof HoldfastProblem && book.error.type === 'item-sold-out';
  return (
    <>
      {isSoldOut && <TakenNotice>Not enough places are left.</TakenNotice>}
      {book.error && !isSoldOut && <ProblemNotice error={book.error} />}
      <BookingForm item={item} remaining={remaining} isPending={book.isPending} onBook={book.mutate} />
    </>
  );
}

function TakenNotice({ children }: { readonly children: string }) {
  return (
    <p className="taken" role="alert">
      Someone else was faster. {children} Nothing was booked for you.
    </p>
  );
}

interface FormProps extends Pick<Props, 'item' | 'remaining'> {
  readonly isPending: boolean;
  readonly onBook: (quantity: number) => void;
}

function BookingForm({ item: { price }, remaining, isPending, onBook }: FormProps) {
  const [chosen, setChosen] = useState(1);
  const quantity = Math.max(1, Math.min(chosen, remaining));
  return (
    <>
      <div className="quantity">
        <span>Places</span>
        <Stepper label="Places" value={quantity} min={1} max={remaining} onChange={setChosen} />
      </div>
      <ActionButton type="button" className="primary wide" isPending={isPending} onClick={() => onBook(quantity)}>
        {isPending ? 'One moment…' : 'Book'}
        {price && <span className="button-note">{formatMoney(price.amount * quantity, price.currency)}</span>}
      </ActionButton>
      <p className="hint">We confirm your booking with the supplier right away. Until then it is pending.</p>
    </>
  );
}
