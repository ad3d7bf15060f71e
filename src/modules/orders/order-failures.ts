import type { ConstraintFailures } from '../../platform/db/database-failure.ts';
import { type FailureType, failure, Unavailable, unavailable } from '../../platform/errors.ts';
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

export class OrdersAreElsewhere extends failure('conflict', 'orders-are-elsewhere', 'Orders are elsewhere') {
  constructor() {
    super("Orders are read from the shop's database (ORDERS_SOURCE_URL). Place and change them there.");
  }
}

const SOURCE_UNAVAILABLE = 'orders-source-unavailable';
const INDEX_INCOMPLETE = 'orders-index-incomplete';

/** The shop's database cannot be read. */
export function sourceUnavailable(cause: unknown): Unavailable {
  const detail = "The shop's database of the orders cannot be read at the moment. Try again in a second.";
  return new Unavailable(SOURCE_UNAVAILABLE, detail, 1, { cause });
}

/** The index of the shop's orders is being read for the first time. */
export function indexIncomplete(percent: number, secondsLeft: number): Unavailable {
  const detail = `The index of the orders is ${percent} % complete. Try again in ${secondsLeft} s.`;
  return new Unavailable(INDEX_INCOMPLETE, detail, secondsLeft);
}

/** Failures of reads, where orders are in a shop's database. */
export const SOURCE_PROBLEMS: readonly FailureType[] = [SOURCE_UNAVAILABLE, 'order-unreadable'].map(unavailable);
export const indexProblem = unavailable(INDEX_INCOMPLETE);

const ORDER_ID_TAKEN = 'order-id-taken';
export const orderIdTaken = unavailable(ORDER_ID_TAKEN);

export const orderConstraints: ConstraintFailures = {
  // Another program inserted an order with an id that the sequence gave out at the same moment. The sequence has moved
  // on.
  orders_pkey: () => new Unavailable(ORDER_ID_TAKEN, 'Another program took the id of this order. Try again.'),
};
