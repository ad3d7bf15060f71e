import { Failure } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';

export class NoSuchItem extends Failure {
  readonly kind = 'not-found';
  readonly type = 'no-such-item';
  readonly title = 'Not found';
  constructor(itemId: Id) {
    super(`There is no item ${itemId}`);
  }
}

export class NoSuchBooking extends Failure {
  readonly kind = 'not-found';
  readonly type = 'no-such-booking';
  readonly title = 'Not found';
  constructor(bookingId: Id) {
    super(`There is no booking ${bookingId}`);
  }
}

export class ItemSoldOut extends Failure {
  readonly kind = 'conflict';
  readonly type = 'item-sold-out';
  readonly title = 'Item is sold out';
  constructor(itemId: Id, quantity: number) {
    super(quantity === 1 ? `Item ${itemId} is sold out` : `Item ${itemId} does not have ${quantity} left`);
  }
}
