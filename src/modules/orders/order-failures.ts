import type { ConstraintFailures } from '../../platform/db/database-failure.ts';
import { failure, Unavailable } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';

export class OrderNotOpen extends failure('conflict', 'order-not-open', 'Order is not open') {
  constructor(status: string) {
    super(`The order is ${status}, and only an open one can be changed or cancelled`);
  }
}

export class OrderOfReservation extends failure('conflict', 'order-of-reservation', 'Order follows its reservation') {
  constructor(reservationId: Id) {
    super(`The order follows reservation ${reservationId}: reschedule or cancel that`);
  }
}

export const orderConstraints: ConstraintFailures = {
  // Another program brought its own ids in while the sequence gave out the same; it has moved on by now.
  orders_pkey: () => new Unavailable('order-id-taken', 'The order got an id that another took. Please retry'),
};
