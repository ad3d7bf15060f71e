import type { Reservation } from '../api/resources.ts';
import { money } from '../format.ts';

/** `2 × Adult, 1 × Child`, or how many places where there is more than one and they are all alike. */
function writtenPlaces({ pax, quantity }: Reservation): string | undefined {
  if (pax !== undefined) return pax.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ');
  return quantity > 1 ? `${quantity} places` : undefined;
}

/** What all of it costs, at the prices it was held at. */
function writtenCost({ pax, price, quantity }: Reservation): string | undefined {
  const first = pax?.[0];
  if (pax !== undefined && first !== undefined) {
    const sum = pax.reduce((sum, { price, quantity }) => sum + price.amount * quantity, 0);
    return money(sum, first.price.currency);
  }
  return price ? money(price.amount * quantity, price.currency) : undefined;
}

/** `2 × Adult · SGD 424.28`; nothing of one place that is free. */
export function writtenPlacesAndCost(reservation: Reservation): string | undefined {
  const parts = [writtenPlaces(reservation), writtenCost(reservation)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' · ');
}
