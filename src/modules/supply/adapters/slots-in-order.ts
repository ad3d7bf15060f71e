import { isDeepStrictEqual } from 'node:util';
import type { UpstreamId, UpstreamSlot } from './adapter.ts';
import { refuse } from './upstream-fields.ts';

/**
 * Sorts slots by start and then by id, and drops exact duplicates. Refuses two different slots with one id, because
 * nothing shows which one is right.
 */
export function slotsInOrder(slots: readonly UpstreamSlot[]): readonly UpstreamSlot[] {
  // A map keeps the ids 7 and "7" apart, as the supplier does.
  const byId = new Map<UpstreamId, UpstreamSlot>();
  for (const [index, slot] of slots.entries()) {
    const earlier = byId.get(slot.id);
    if (earlier && !isDeepStrictEqual(earlier, slot)) {
      refuse(`/${index}`, 'has the id of another slot and differs from it');
    }
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
