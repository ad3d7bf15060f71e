import type { Database, Tx } from '../../../platform/db/database.ts';
import { type AvailableSlot, readSlots } from '../availability/availability-view.ts';
import { type Provider, readProvidersById } from '../people/provider-store.ts';
import { expireDueHolds } from './reservation-store.ts';

const CHUNK = 1_000;
/** More than one chunk in one transaction would lock slots out of their order. */
const EVERY = 2_147_483_647;

/** Ends every hold that has run out, and tells the providers' slots that got their unit back, by start. */
export async function expireReservations(tx: Tx): Promise<{ slot: AvailableSlot; provider: Provider }[]> {
  const slotIds = new Set(await expireDueHolds(tx, EVERY));
  const slots = await readSlots(tx, [...slotIds]);
  const providers = await readProvidersById(
    tx,
    slots.flatMap((slot) => slot.provider_id ?? []),
  );
  return slots.flatMap((slot) => {
    const provider = slot.provider_id === null ? undefined : providers.get(slot.provider_id);
    return provider ? [{ slot, provider }] : [];
  });
}

/**
 * The sweep: ends holds that have run out, a chunk per transaction, so that nobody waits long for its locks.
 *
 * @returns how many it ended
 */
export async function sweepExpired(database: Database, signal: AbortSignal): Promise<number> {
  let total = 0;
  for (let ended = CHUNK; ended > 0 && !signal.aborted; total += ended) {
    ended = (await database.transaction((tx) => expireDueHolds(tx, CHUNK))).length;
  }
  return total;
}
