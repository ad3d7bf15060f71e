import type { ConstraintFailures } from '../../platform/db/database-failure.ts';
import { failure, Unavailable, unavailable } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';

export class OrderNotOpen extends failure('conflict', 'order-not-open', 'Order is not open') {
  constructor(status: string) {
    super(`The order is ${status}. Only an open order can be changed or cancelled.`);
  }
}

export class OrderOfReservation extends failure('conflict', 'order-of-reservation', 'Order follows its reservation') {
  constructor(reservationId: Id) {
    super(`The order follows reservation ${reservationId}. Reschedule or cancel the reservation instead.`);
  }
}

const ORDER_ID_TAKEN = 'order-id-taken';
export const orderIdTaken = unavailable(ORDER_ID_TAKEN);

export const orderConstraints: ConstraintFailures = {
  // Another program inserted an order with an id that the sequence gave out at the same moment. The sequence has moved
  // on.
  orders_pkey: () => new Unavailable(ORDER_ID_TAKEN, 'Another program took the id of this order. Try again.'),
};
