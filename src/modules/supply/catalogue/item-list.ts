import type { Id } from '../../../platform/ids.ts';
import { plainDecimal } from '../../../platform/money.ts';
import { secondsOfMs } from '../../../platform/time/instant.ts';
import type { Units } from '../../inventory/index.ts';
import { onSaleChangeMs, unitsOnSale } from './on-sale.ts';
import type { KnownPartition, PartitionSlot } from './partition-view.ts';

/** An item that can be had, as JSON text, and its place among others. */
export interface WrittenItem {
  readonly startMs: number;
  readonly itemId: Id;
  readonly json: string;
}

interface Item extends Pick<WrittenItem, 'startMs' | 'itemId'> {
  readonly units: Units;
  write(remaining: number): string;
}

/** All that one snapshot supplier sells, from the moment it was read. */
export class ItemList {
  readonly observedMs: number;
  readonly #items: readonly Item[];
  #available: { readonly items: readonly WrittenItem[]; readonly untilMs: number } | undefined;

  constructor({ observedMs, slots }: Pick<KnownPartition, 'observedMs' | 'slots'>) {
    this.observedMs = observedMs;
    this.#items = slots.map(toItem);
  }

  get size(): number {
    return this.#items.length;
  }

  /** What can be had and has not begun, by start; the same array for as long as nothing changes. */
  available(nowMs: number): readonly WrittenItem[] {
    if (!this.#available || nowMs >= this.#available.untilMs) this.#available = this.#find(nowMs);
    return this.#available.items;
  }

  #find(nowMs: number): { items: readonly WrittenItem[]; untilMs: number } {
    const items: WrittenItem[] = [];
    let untilMs = Number.POSITIVE_INFINITY;
    for (const item of this.#items) {
      untilMs = Math.min(untilMs, onSaleChangeMs(item, nowMs));
      const remaining = unitsOnSale(item, nowMs);
      const { startMs, itemId, write } = item;
      if (remaining > 0) items.push({ startMs, itemId, json: write(remaining) });
    }
    return { items, untilMs };
  }
}

/** Of several suppliers, by start and then by id. */
export function inOrder(lists: readonly (readonly WrittenItem[])[]): readonly WrittenItem[] {
  if (lists.length === 1) return lists[0] ?? [];
  return lists.flat().sort((a, b) => a.startMs - b.startMs || a.itemId - b.itemId);
}

function toItem({ slotId, name, startMs, endMs, amount, currency, units }: PartitionSlot): Item {
  const head =
    `{"item_id":${slotId},"name":${JSON.stringify(name)},"starts_at":"${secondsOfMs(startMs)}",` +
    `"ends_at":"${secondsOfMs(endMs)}","remaining":`;
  const price = amount === null ? 'null' : `{"amount":${plainDecimal(amount)},"currency":${JSON.stringify(currency)}}`;
  return { startMs, itemId: slotId, units, write: (remaining) => `${head}${remaining},"price":${price}}` };
}
