import { sql } from 'kysely';
import type { Reader } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { priceColumn } from '../../inventory/index.ts';
import type { Reservation } from './reservation.ts';
import { toReservationResponse } from './reservation-response.ts';
import { RESERVATION } from './reservation-view.ts';

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
    select event.id as history_id, event.at, r.id as reservation_id, event.slot_id, s.provider_id, r.client_id,
           event.quantity, event.status, s.starts_at as start_time, s.ends_at as end_time, r.held_at as created_at,
           event.expires_at, case when r.decided_at <= event.at then r.decided_at end as confirmed_at,
           ${priceColumn('event')}, s.name, r.pax, null as write_back
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
