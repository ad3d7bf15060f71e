import type { Booking } from '../api/resources.ts';

/** The state of a booking, and what the visitor can do, in full sentences. */
export function bookingMessage({ status, quantity }: Booking): string {
  switch (status) {
    case 'pending':
      return 'We are confirming this with the supplier. There is nothing you need to do.';
    case 'confirmed':
      return "Confirmed by the supplier. You're all set.";
    case 'conflict': {
      const subject = quantity === 1 ? 'this is' : `${quantity} places are`;
      return (
        `Sorry, ${subject} no longer available: sold elsewhere or taken off sale. ` +
        'There is nothing to pay. Please choose another item.'
      );
    }
    case 'cancelled':
      return 'You cancelled this booking.';
  }
}
