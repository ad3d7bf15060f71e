import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { bookItem } from '../api/changes.ts';
import type { Item } from '../api/shapes.ts';
import { ClientChoice } from '../client-choice.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/states.tsx';
import { Stepper } from '../parts/stepper.tsx';
import { useWho } from '../who.tsx';
import { clockSpan, longDay, money, shortDay } from '../written.ts';

export function ItemRow({ item }: { readonly item: Item }) {
  const [isOpen, setIsOpen] = useState(false);
  const { item_id, name, starts_at, ends_at, remaining, price } = item;
  return (
    <li className="row item" data-item={item_id}>
      <div className="item-what">
        <p className="row-time">{name ?? `Item ${item_id}`}</p>
        <p className="hint">
          {shortDay(starts_at)}, {clockSpan(starts_at, ends_at)}
        </p>
      </div>
      <p className="item-left hint">{remaining} left</p>
      <p className="item-price">{price === null ? '' : money(price.amount, price.currency)}</p>
      <button type="button" onClick={() => setIsOpen(true)} aria-label={`Book ${name ?? `item ${item_id}`}`}>
        Book
      </button>
      {isOpen && <BookItem item={item} onClose={() => setIsOpen(false)} />}
    </li>
  );
}

function BookItem({ item, onClose }: { readonly item: Item; readonly onClose: () => void }) {
  const { client } = useWho();
  const queries = useQueryClient();
  const [quantity, setQuantity] = useState(1);
  const book = useMutation({
    mutationFn: (clientId: number) => bookItem(clientId, item.item_id, quantity),
    onSuccess: onClose,
    onSettled: () => {
      for (const word of ['items', 'bookings', 'reservations']) void queries.invalidateQueries({ queryKey: [word] });
    },
  });
  const isLost = book.error instanceof HoldfastProblem && book.error.type === 'slot-taken';
  return (
    <Dialog title={item.name ?? `Item ${item.item_id}`} onClose={onClose}>
      <div className="panel-form">
        <p>
          {longDay(item.starts_at)}, {clockSpan(item.starts_at, item.ends_at)}
        </p>
        {client === undefined ? (
          <ClientChoice onChosen={() => {}} />
        ) : (
          <>
            <div className="pax-one">
              <span>Places</span>
              <Stepper label="Places" value={quantity} min={1} max={item.remaining} onChange={setQuantity} />
            </div>
            {isLost && (
              <p className="lost" role="alert">
                Somebody was a moment quicker: that many are no longer left. Nothing was booked for you.
              </p>
            )}
            {book.error && !isLost && <Problem error={book.error} />}
            <button
              type="button"
              className="primary wide"
              disabled={book.isPending}
              onClick={() => book.mutate(client.client_id)}
            >
              {book.isPending ? 'One moment…' : 'Book'}
              {item.price && (
                <span className="button-note">{money(item.price.amount * quantity, item.price.currency)}</span>
              )}
            </button>
            <p className="hint">The supplier is told at once. Until it has agreed, the booking is pending.</p>
          </>
        )}
      </div>
    </Dialog>
  );
}
