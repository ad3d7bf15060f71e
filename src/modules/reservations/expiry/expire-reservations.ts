import type { Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { expireDueHolds } from '../booking/reservation-store.ts';

/** No limit. Several chunks in one transaction would lock slots out of id order. */
const ALL = 2_147_483_647;

/**
 * Ends every expired hold, of one provider or of all.
 *
 * @returns the ids of the slots whose units it freed
 */
export async function expireReservations(tx: Tx, providerId: Id | null): Promise<Id[]> {
  return [...new Set(await expireDueHolds(tx, ALL, providerId))];
}
