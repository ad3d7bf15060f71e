import { failure } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { remainingUnits } from '../../inventory/index.ts';

export class ItemSoldOut extends failure('conflict', 'item-sold-out', 'Item is sold out') {
  static readonly extensionSchemas = remainingUnits('item-sold-out');
  override readonly extensions: Readonly<Record<string, unknown>>;

  /**
   * @param quantity the units requested
   * @param remaining the units left; `undefined` when the database did not count them
   */
  constructor(itemId: Id, quantity: number, remaining: number | undefined) {
    super(
      remaining === 0
        ? `Item ${itemId} is sold out. Choose another item`
        : `Item ${itemId} does not have ${quantity} left. Choose fewer units or another item`,
    );
    this.extensions = remaining === undefined ? {} : { remaining };
  }
}
