import type { Item } from '../api/resources.ts';
import { formatCount, formatMoney, formatShortDay, formatTimeRange } from '../format.ts';
import { useRights } from '../session/rights.ts';
import { itemName } from './remembered-items.ts';

interface Props {
  readonly item: Item;
  readonly onChoose: (item: Item) => void;
}

export function ItemRow({ item, onChoose }: Props) {
  const { item_id, starts_at, ends_at, remaining, price } = item;
  const name = itemName(item_id, item);
  const { canBook } = useRights();
  return (
    <li className="row item" data-item={item_id}>
      <div className="item-main">
        <p className="row-title">{name}</p>
        <p className="hint">
          {formatShortDay(starts_at)}, {formatTimeRange(starts_at, ends_at)}
        </p>
      </div>
      <p className="item-remaining hint">{formatCount(remaining)} left</p>
      <p className="item-price">{price === null ? '' : formatMoney(price.amount, price.currency)}</p>
      {canBook && (
        <button type="button" onClick={() => onChoose(item)} aria-label={`Book ${name}`}>
          Book
        </button>
      )}
    </li>
  );
}
