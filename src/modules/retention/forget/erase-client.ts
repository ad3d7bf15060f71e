import { type Actor, deleteKeysOf, type Ownership } from '../../../access/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { replaceInStoredAnswers } from '../../../platform/http/idempotency-store.ts';
import type { Id } from '../../../platform/ids.ts';
import { eraseCustomer } from '../../orders/index.ts';
import {
  type ClientErasure,
  ERASED_NAME,
  endReservationsOfClient,
  eraseName,
  readErasure,
  requireNoneLive,
  storeErasure,
} from '../../reservations/index.ts';
import { eraseCustomerFromEvents } from '../../webhooks/index.ts';

/** A wish to erase a client. */
export interface EraseCommand {
  readonly clientId: Id;
  readonly ownership: Ownership;
  /** Treatment of confirmed reservations that have not ended. Holds are cancelled. */
  readonly reservations: 'refuse' | 'cancel';
  /** The sender of the request; `null` without access control, and for what the program does by itself. */
  readonly actor: Actor | null;
}

/**
 * Erases the personal data of a client everywhere in the database; reservations, orders and their histories stay, as those
 * of an erased client. Repeated, it returns the report of the first time.
 *
 * The order matters. Slots and reservations are locked before the client, as by every writer, so no confirmation is about
 * to copy the name into an order. The lock on the client then keeps away new reservations, new keys and changes of the
 * name. Copies that were made before are searched for last, by statements that see them. An event that was read for
 * webhooks and is not stored yet is read again: see `fan_out`.
 *
 * A hold that waits for this lock is made afterwards. It names no one, and can only expire.
 *
 * @throws NotFound, also for another client than the one that a principal is; ClientHasReservations
 */
export async function eraseClient(tx: Tx, command: EraseCommand): Promise<ClientErasure> {
  const { clientId, ownership, reservations, actor } = command;
  const cancelled = await endReservationsOfClient(tx, clientId, ownership, reservations, actor);
  await eraseName(tx, clientId, ownership);
  const earlier = await readErasure(tx, clientId);
  if (earlier) return earlier;
  await requireNoneLive(tx, clientId);
  const customer = `${ERASED_NAME.first_name} ${ERASED_NAME.last_name}`;
  const orders = await eraseCustomer(tx, clientId, customer);
  const report = {
    reservations_cancelled: cancelled.length,
    names: 1,
    orders,
    keys: await deleteKeysOf(tx, 'client', clientId),
    stored_answers: await eraseNameFromAnswers(tx, clientId),
    webhook_events: await eraseCustomerFromEvents(tx, clientId, customer),
  };
  return storeErasure(tx, clientId, report, actor);
}

/** Only the answer that created the client has its name. */
function eraseNameFromAnswers(tx: Tx, clientId: Id): Promise<number> {
  return replaceInStoredAnswers(
    tx,
    `{"client_id":${clientId},"first_name":%`,
    Object.entries(ERASED_NAME).map(([field, text]) => ({
      pattern: `"${field}":"([^"\\\\]|\\\\.)*"`,
      replacement: `"${field}":"${text}"`,
    })),
  );
}
