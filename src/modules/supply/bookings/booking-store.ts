import { sql } from 'kysely';
import type { Ownership } from '../../../access/index.ts';
import type { Reader } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { type Price, priceColumn } from '../../inventory/index.ts';
import { ownedBy } from '../../reservations/index.ts';
import { EVERYTHING, formatPartition } from '../supplier/partition.ts';

type BookingStatus = 'pending' | 'confirmed' | 'conflict' | 'cancelled';

/** A client's reservation of an item, with the state of its write-back. */
export interface ItemBooking {
  readonly booking_id: Id;
  readonly item_id: Id;
  readonly client_id: Id;
  readonly quantity: number;
  readonly status: BookingStatus;
  /** Price of one unit at the time of booking. The amount is an exact decimal, as text. */
  readonly price: Price | null;
  readonly created_at: InstantText;
  /** Why the supplier does not hold the booking; `null` unless it is in conflict. */
  readonly reason: string | null;
}

/** Items are the slots of this partition. */
const ITEMS = formatPartition(EVERYTHING);

const BOOKING = sql`
  select r.id as booking_id, r.slot_id as item_id, r.client_id, r.quantity, r.held_at as created_at,
         case when r.status <> 'confirmed' then r.status when w.acknowledged_at is null then 'pending' else 'confirmed'
         end as status,
         ${priceColumn('r')},
         case when r.status = 'conflict' then w.refusal end as reason
    from write_back w join reservation r on r.id = w.reservation_id
    join supplier_slot ss on ss.slot_id = r.slot_id and ss.partition = ${ITEMS}`;

/** @throws NotFound, also for a booking of someone else */
export async function readBooking(reader: Reader, bookingId: Id, ownership: Ownership): Promise<ItemBooking> {
  const { rows } = await sql<ItemBooking>`
    ${BOOKING} where r.id = ${bookingId} and ${ownedBy(ownership, 'r')}`.execute(reader);
  const booking = rows[0];
  if (!booking) throw new NotFound('booking', bookingId);
  return booking;
}

/** Returns up to `limit` of a client's bookings with ids above `afterId`, by id. */
export async function listBookings(
  reader: Reader,
  clientId: Id,
  afterId: Id | 0,
  limit: number,
): Promise<ItemBooking[]> {
  const { rows } = await sql<ItemBooking>`
    ${BOOKING} where r.client_id = ${clientId} and r.id > ${afterId} order by r.id limit ${limit}`.execute(reader);
  return rows;
}

/** Whether a slot is an item. */
export async function isItem(reader: Reader, slotId: Id): Promise<boolean> {
  const { rows } = await sql`
    select slot_id from supplier_slot where slot_id = ${slotId} and partition = ${ITEMS}`.execute(reader);
  return rows.length > 0;
}
