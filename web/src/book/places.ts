import { slotOf } from '../api/questions.ts';
import type { Reservation } from '../api/shapes.ts';
import { useKnown } from '../use-known.ts';
import { money } from '../written.ts';

/** `2 × Adult, 1 × Child`, or how many places where there is more than one and they are all alike. */
export function writtenPlaces({ pax, quantity }: Reservation): string | undefined {
  if (pax !== undefined) return pax.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ');
  return quantity > 1 ? `${quantity} places` : undefined;
}

/** What all of it costs; the price of a slot without pax types is the slot's own, as it is now. */
export function useCost({ pax, quantity, slot_id }: Reservation): string | undefined {
  const slot = useKnown(pax === undefined ? slotOf(slot_id) : undefined);
  const first = pax?.[0];
  if (pax !== undefined && first !== undefined) {
    return money(
      pax.reduce((sum, { price, quantity }) => sum + price.amount * quantity, 0),
      first.price.currency,
    );
  }
  const price = slot.body?.price;
  return price ? money(price.amount * quantity, price.currency) : undefined;
}
