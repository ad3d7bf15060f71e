import type { Id } from '../../../platform/ids.ts';
import type { BlockCount } from './order-directory.ts';

/** The orders of one block, ascending, as they stood at a version. */
export interface BlockIds {
  readonly block: number;
  readonly version: number;
  readonly ids: readonly Id[];
}

/** What a statement did to a block, as the database tells it. */
export interface BlockChange extends BlockCount {
  /** The ids that joined, or left, the block; `undefined` when they are too many to tell. */
  readonly ids: { readonly joined: boolean; readonly which: readonly Id[] } | undefined;
}

/** Reads `block:version:orders:` and `+id+id`, `-id` or `*`, as the trigger `orders_moved` writes it. */
export function parseBlockChange(key: string): BlockChange {
  const parts = /^(\d+):(\d+):(\d+):(?:\*|((?:\+\d+)+|(?:-\d+)+))$/.exec(key);
  if (!parts) throw new Error(`${key} does not tell of a block of orders`);
  const [, block, version, orders, moved] = parts;
  const ids = moved && { joined: moved.startsWith('+'), which: moved.slice(1).split(/[+-]/).map(Number) };
  return { block: Number(block), version: Number(version), orders: Number(orders), ids: ids || undefined };
}

/**
 * A block after a change, or `undefined` when the change does not tell enough. A change that the block already
 * contains leaves it as it is.
 */
export function applyChange(known: BlockIds, { version, orders, ids }: BlockChange): BlockIds | undefined {
  if (version <= known.version) return known;
  // Versions move by one: a gap means that something was not heard.
  if (ids === undefined || version !== known.version + 1) return undefined;
  const moved = new Set(ids.which);
  const others = known.ids.filter((id) => !moved.has(id));
  const now = ids.joined ? [...others, ...moved].sort((a, b) => a - b) : others;
  return now.length === orders ? { block: known.block, version, ids: now } : undefined;
}
