import type { Reservation } from '../api/resources.ts';
import { formatMoney, formatQuantity } from '../format.ts';

/** `2 × Adult · SGD 424.28`; `undefined` for one free place, which needs no mention. */
export function reservationSummary(reservation: Reservation): string | undefined {
  const parts = [places(reservation), cost(reservation)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' · ');
}

/** `2 × Adult, 1 × Child`, or `3 places` when the slot has no pax types. */
function places({ pax, quantity }: Reservation): string | undefined {
  if (pax !== undefined) return pax.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ');
  return quantity > 1 ? formatQuantity(quantity, 'place') : undefined;
}

/** The total at the prices the reservation was held at. */
function cost({ pax, price, quantity }: Reservation): string | undefined {
  const first = pax?.[0];
  if (pax !== undefined && first !== undefined) {
    const sum = pax.reduce((total, { price, quantity }) => total + price.amount * quantity, 0);
    return formatMoney(sum, first.price.currency);
  }
  return price ? formatMoney(price.amount * quantity, price.currency) : undefined;
}
