import { Failure } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';

export class ItemSoldOut extends Failure {
  readonly kind = 'conflict';
  readonly type = 'item-sold-out';
  readonly title = 'Item is sold out';
  constructor(itemId: Id, quantity: number) {
    super(quantity === 1 ? `Item ${itemId} is sold out` : `Item ${itemId} does not have ${quantity} left`);
  }
}
