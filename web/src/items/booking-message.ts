import type { Booking } from '../api/resources.ts';

/** What became of a booking, and what there is to do, in words for whoever made it. */
export function saidOfBooking({ status, quantity }: Booking): string {
  switch (status) {
    case 'pending':
      return 'The supplier is being told. There is nothing you need to do.';
    case 'confirmed':
      return 'The supplier has it. It is yours.';
    case 'conflict':
      return (
        `Sorry, the supplier no longer has ${quantity === 1 ? 'this' : `${quantity} places`} for you: ` +
        'somebody else was quicker, or it was taken off sale. You owe nothing. Please choose another item.'
      );
    case 'cancelled':
      return 'Cancelled.';
  }
}
