import type { Reader } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { readSlots } from './availability-view.ts';
import { toSlotResponse } from './slot-response.ts';

/** Slots as answers show them now, in the order of their start. Those that no longer exist are left out. */
export async function describeSlots(
  reader: Reader,
  slotIds: readonly Id[],
): Promise<ReturnType<typeof toSlotResponse>[]> {
  return (await readSlots(reader, slotIds)).map(toSlotResponse);
}
