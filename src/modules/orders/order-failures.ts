import type { ConstraintFailures } from '../../platform/db/database-failure.ts';
import { Failure, Unavailable } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';

export class OrderNotOpen extends Failure {
  readonly kind = 'conflict';
  readonly type = 'order-not-open';
  readonly title = 'Order is not open';
  constructor(status: string) {
    super(`The order is ${status}, and only an open one can be changed or cancelled`);
  }
}

export class OrderOfReservation extends Failure {
  readonly kind = 'conflict';
  readonly type = 'order-of-reservation';
  readonly title = 'Order follows its reservation';
  constructor(reservationId: Id) {
    super(`The order follows reservation ${reservationId}: reschedule or cancel that`);
  }
}

export const orderConstraints: ConstraintFailures = {
  // Another program brought its own ids in while the sequence gave out the same; it has moved on by now.
  orders_pkey: () => new Unavailable('order-id-taken', 'The order got an id that another took. Please retry'),
};
