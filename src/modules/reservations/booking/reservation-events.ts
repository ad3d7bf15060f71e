import { sql } from 'kysely';
import type { Reader } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type { Reservation } from './reservation.ts';
import { toReservationResponse } from './reservation-response.ts';
import { pastReservationColumns, RESERVATION } from './reservation-view.ts';

/** A reservation right after one of its changes, as answers show it. */
export interface DescribedChange {
  readonly at: InstantText;
  readonly reservation: ReturnType<typeof toReservationResponse>;
}

/** The reservations after changes of their histories, by the change's id. */
export async function describeChanges(
  reader: Reader,
  historyIds: readonly Id[],
): Promise<ReadonlyMap<Id, DescribedChange>> {
  const { rows } = await sql<Reservation & { history_id: Id; at: InstantText }>`
    select event.id as history_id, event.at, ${pastReservationColumns(sql`event.at`)}
      from reservation_event event join reservation r on r.id = event.reservation_id join slot s on s.id = event.slot_id
     where event.id = any(${historyIds}::bigint[])`.execute(reader);
  return new Map(
    rows.map(({ history_id, at, ...reservation }) => [
      history_id,
      { at, reservation: toReservationResponse(reservation) },
    ]),
  );
}

/** Reservations as answers show them now, by id. */
export async function describeReservations(
  reader: Reader,
  ids: readonly Id[],
): Promise<ReadonlyMap<Id, DescribedChange['reservation']>> {
  const { rows } = await sql<Reservation>`
    select ${RESERVATION} from reservation r join slot s on s.id = r.slot_id
     where r.id = any(${ids}::bigint[])`.execute(reader);
  return new Map(rows.map((reservation) => [reservation.reservation_id, toReservationResponse(reservation)]));
}
