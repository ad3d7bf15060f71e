import { sql } from 'kysely';
import type { Actor, Ownership } from '../../../access/index.ts';
import { readClock, type Tx } from '../../../platform/db/database.ts';
import { StaleRead } from '../../../platform/db/database-failure.ts';
import type { Id } from '../../../platform/ids.ts';
import { lockSlots } from '../../inventory/index.ts';
import { isBefore, statusAt } from './reservation.ts';
import { ClientHasReservations } from './reservation-failures.ts';
import { endReservations, expireLocked, lockLiveOnSlots } from './reservation-store.ts';

/**
 * Cancels a client's holds and, with `cancel`, its confirmed reservations that have not ended. Those that have ended stay
 * as they are. The reservations stay locked until the transaction ends.
 *
 * @returns the ids of the cancelled ones
 * @throws ClientHasReservations with `refuse`, when a confirmed one has not ended
 */
export async function endReservationsOfClient(
  tx: Tx,
  clientId: Id,
  { clientId: own }: Ownership,
  confirmed: 'refuse' | 'cancel',
  actor: Actor | null,
): Promise<Id[]> {
  if (own !== null && own !== clientId) return [];
  const slotIds = await readSlotsWithLive(tx, clientId);
  await lockSlots(tx, slotIds);
  const locked = await lockLiveOnSlots(tx, slotIds);
  const now = await readClock(tx);
  await expireLocked(tx, slotIds, now);
  const live = locked.filter(
    (each) =>
      each.client_id === clientId &&
      statusAt(each, now) !== 'expired' &&
      (each.status === 'held' || isBefore(now, each.end_time)),
  );
  const kept = live.filter(({ status }) => status === 'confirmed').map(({ reservation_id }) => reservation_id);
  if (confirmed === 'refuse' && kept.length > 0) throw new ClientHasReservations(clientId, kept);
  const ids = live.map(({ reservation_id }) => reservation_id);
  await endReservations(tx, ids, 'cancelled', now, actor);
  return ids;
}

/** Requires that nothing was reserved for a client since its reservations were ended. @throws StaleRead */
export async function requireNoneLive(tx: Tx, clientId: Id): Promise<void> {
  if ((await readSlotsWithLive(tx, clientId)).length > 0) throw new StaleRead();
}

/** The slots on which a client has a hold, or a confirmed reservation that has not ended. */
async function readSlotsWithLive(tx: Tx, clientId: Id): Promise<Id[]> {
  const { rows } = await sql<{ slot_id: Id }>`
    select distinct r.slot_id from reservation r join slot s on s.id = r.slot_id
     where r.client_id = ${clientId}
       and (r.status = 'held' or (r.status = 'confirmed' and s.ends_at > holdfast_clock()))`.execute(tx);
  return rows.map((row) => row.slot_id);
}
