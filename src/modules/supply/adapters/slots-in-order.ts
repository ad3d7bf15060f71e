import { isDeepStrictEqual } from 'node:util';
import type { UpstreamId, UpstreamSlot } from './adapter.ts';
import { refuse } from './upstream-fields.ts';

/** By start, then id; a slot told twice is there once. Two that share an id and differ leave no way to know which holds. */
export function slotsInOrder(slots: readonly UpstreamSlot[]): readonly UpstreamSlot[] {
  // A map tells the id 7 from "7", as the supplier does.
  const byId = new Map<UpstreamId, UpstreamSlot>();
  for (const [index, slot] of slots.entries()) {
    const known = byId.get(slot.id);
    if (known && !isDeepStrictEqual(known, slot))
      refuse(`/${index}`, 'has the id of another slot, and differs from it');
    byId.set(slot.id, slot);
  }
  return [...byId.values()].sort(
    (a, b) =>
      compare(a.startsAt, b.startsAt) || compare(String(a.id), String(b.id)) || compare(typeof a.id, typeof b.id),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
