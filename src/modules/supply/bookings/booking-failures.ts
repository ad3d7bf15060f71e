import { failure } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';

export class ItemSoldOut extends failure('conflict', 'item-sold-out', 'Item is sold out') {
  /** @param quantity the units requested */
  constructor(itemId: Id, quantity: number) {
    super(
      quantity === 1
        ? `Item ${itemId} is sold out. Choose another item`
        : `Item ${itemId} does not have ${quantity} left. Choose fewer units or another item`,
    );
  }
}
