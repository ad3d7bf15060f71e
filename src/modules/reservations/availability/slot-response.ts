import { toSeconds } from '../../../platform/time/instant.ts';
import { toJsonPrice } from '../../inventory/index.ts';
import type { Provider } from '../people/provider-store.ts';
import type { AvailableSlot } from './availability-view.ts';

/** A slot as answers under /api/v1 show it. */
export function toSlotResponse(slot: AvailableSlot) {
  return {
    ...slot,
    start_time: toSeconds(slot.start_time),
    end_time: toSeconds(slot.end_time),
    price: slot.price && toJsonPrice(slot.price),
  };
}

/** A provider's slot as the fixed paths show it, under the name of a timeslot. */
export function toTimeslot(
  slot: Pick<AvailableSlot, 'slot_id' | 'start_time' | 'end_time' | 'is_available'>,
  provider: Pick<Provider, 'provider_id' | 'first_name' | 'last_name'>,
) {
  return {
    timeslot_id: slot.slot_id,
    provider_id: provider.provider_id,
    first_name: provider.first_name,
    last_name: provider.last_name,
    start_time: toSeconds(slot.start_time),
    end_time: toSeconds(slot.end_time),
    is_available: slot.is_available,
  };
}
