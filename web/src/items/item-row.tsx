import type { Item } from '../api/resources.ts';
import { clockSpan, money, shortDay } from '../format.ts';

interface Props {
  readonly item: Item;
  readonly onChoose: (item: Item) => void;
}

export function ItemRow({ item, onChoose }: Props) {
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
      <button type="button" onClick={() => onChoose(item)} aria-label={`Book ${name ?? `item ${item_id}`}`}>
        Book
      </button>
    </li>
  );
}
