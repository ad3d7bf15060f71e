import type { Id } from '../../../platform/ids.ts';
import { MemoUntil, type ValidUntil } from '../../../platform/memo-until.ts';
import { plainDecimal } from '../../../platform/money.ts';
import { secondsOfMs } from '../../../platform/time/instant.ts';
import type { Units } from '../../inventory/index.ts';
import { onSaleChangeMs, unitsOnSale } from '../catalogue/on-sale.ts';
import type { PartitionSlot, StoredPartition } from '../catalogue/partition-view.ts';

/** An item that can be booked, as JSON text, with its sort key. */
export interface AvailableItem {
  readonly startMs: number;
  readonly itemId: Id;
  readonly json: string;
}

interface Item extends Pick<AvailableItem, 'startMs' | 'itemId'> {
  readonly units: Units;
  /** The item as JSON text. */
  toJson(remaining: number): string;
}

/** Everything that one snapshot supplier sells, as it was read once. */
export class ItemList {
  readonly observedMs: number;
  readonly #items: readonly Item[];
  readonly #available = new MemoUntil<readonly AvailableItem[]>();

  constructor({ observedMs, slots }: Pick<StoredPartition, 'observedMs' | 'slots'>) {
    this.observedMs = observedMs;
    this.#items = slots.map(toItem);
  }

  get size(): number {
    return this.#items.length;
  }

  /** The items that have units left and have not begun, by start. The same array for as long as nothing changes. */
  available(nowMs: number): readonly AvailableItem[] {
    return this.#available.get(nowMs, () => this.#findAvailable(nowMs));
  }

  #findAvailable(nowMs: number): ValidUntil<readonly AvailableItem[]> {
    const value: AvailableItem[] = [];
    let untilMs = Number.POSITIVE_INFINITY;
    for (const item of this.#items) {
      untilMs = Math.min(untilMs, onSaleChangeMs(item, nowMs));
      const remaining = unitsOnSale(item, nowMs);
      const { startMs, itemId } = item;
      if (remaining > 0) value.push({ startMs, itemId, json: item.toJson(remaining) });
    }
    return { value, untilMs };
  }
}

/** The items of several suppliers, by start and then by id. */
export function mergeItems(lists: readonly (readonly AvailableItem[])[]): readonly AvailableItem[] {
  if (lists.length === 1) return lists[0] ?? [];
  return lists.flat().sort((a, b) => a.startMs - b.startMs || a.itemId - b.itemId);
}

function toItem({ slotId, name, startMs, endMs, amount, currency, units }: PartitionSlot): Item {
  const head =
    `{"item_id":${slotId},"name":${JSON.stringify(name)},"starts_at":"${secondsOfMs(startMs)}",` +
    `"ends_at":"${secondsOfMs(endMs)}","remaining":`;
  const price = amount === null ? 'null' : `{"amount":${plainDecimal(amount)},"currency":${JSON.stringify(currency)}}`;
  return { startMs, itemId: slotId, units, toJson: (remaining) => `${head}${remaining},"price":${price}}` };
}
