import type { Id } from '../../../platform/ids.ts';
import type { BlockCount } from './order-directory.ts';

/** The orders in one block at one version of it. */
export interface BlockIds {
  readonly block: number;
  readonly version: number;
  /** Ascending. */
  readonly ids: readonly Id[];
}

/** The effect of one statement on a block, with the block's new count and version. */
export interface BlockChange extends BlockCount {
  /** The orders that were inserted into the block or deleted from it; `undefined` when there are too many to list. */
  readonly moved: { readonly inserted: boolean; readonly ids: readonly Id[] } | undefined;
}

/**
 * Parses a key of the topic `order_block`: `block:version:orders:`, followed by `+id+id` for inserted orders, `-id-id`
 * for deleted ones, or `*` for too many. `count_orders_by_block` in `0006_orders.sql` writes it.
 */
export function parseBlockChange(key: string): BlockChange {
  const match = /^(\d+):(\d+):(\d+):(?:\*|((?:\+\d+)+|(?:-\d+)+))$/.exec(key);
  if (!match) throw new Error(`${key} is not a change of a block of orders`);
  const [, block, version, orders, movedText] = match;
  const moved = movedText && {
    inserted: movedText.startsWith('+'),
    ids: movedText.slice(1).split(/[+-]/).map(Number),
  };
  return { block: Number(block), version: Number(version), orders: Number(orders), moved: moved || undefined };
}

/**
 * Returns a block after a change, or `undefined` when its new content cannot be derived. A change that the block
 * already contains leaves it unchanged.
 */
export function applyBlockChange(block: BlockIds, { version, orders, moved }: BlockChange): BlockIds | undefined {
  if (version <= block.version) return block;
  // Versions rise by one: a gap means that a change is missing.
  if (moved === undefined || version !== block.version + 1) return undefined;
  const movedIds = new Set(moved.ids);
  const others = block.ids.filter((id) => !movedIds.has(id));
  const ids = moved.inserted ? [...others, ...movedIds].sort((a, b) => a - b) : others;
  return ids.length === orders ? { block: block.block, version, ids } : undefined;
}
