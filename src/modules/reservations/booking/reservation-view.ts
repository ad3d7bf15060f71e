import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { priceColumn } from '../../inventory/index.ts';
import { readClient } from '../people/client-store.ts';
import { readProvider } from '../people/provider-store.ts';
import type { Reservation, Status } from './reservation.ts';
import { NotYet } from './reservation-failures.ts';

function columns(status: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    r.id as reservation_id, r.slot_id, s.provider_id, r.client_id, r.quantity, ${status} as status,
    s.starts_at as start_time, s.ends_at as end_time, r.held_at as created_at, r.expires_at,
    r.decided_at as confirmed_at, ${priceColumn('r')}, s.name, r.pax`;
}

/** The columns of a `Reservation`, of `reservation r` joined with its `slot s`, as they are stored. */
export const RESERVATION = columns(sql`r.status`);

/** The same with the status of this moment: a hold that has run out reads as expired before any sweep. */
const RESERVATION_NOW = columns(
  sql`case when r.status = 'held' and r.expires_at <= holdfast_clock() then 'expired' else r.status end`,
);

export async function readReservation(reader: Reader, reservationId: Id): Promise<Reservation> {
  const { rows } = await sql<Reservation>`
    select ${RESERVATION_NOW} from reservation r join slot s on s.id = r.slot_id
     where r.id = ${reservationId}`.execute(reader);
  const reservation = rows[0];
  if (!reservation) throw new NotFound('reservation', reservationId);
  return reservation;
}

/** Whose reservations: those a client made, or those on a provider's slots. */
export interface Party {
  readonly role: 'client' | 'provider';
  readonly id: Id;
}

export interface ReservationFilter {
  readonly party: Party;
  /** Only of slots that end after this moment. */
  readonly from?: InstantText | undefined;
  /** Only of slots that start before this moment. */
  readonly to?: InstantText | undefined;
  /** Only confirmed ones, and holds that have not run out. */
  readonly onlyLive: boolean;
}

/** Up to `limit` reservations with ids above `afterId`, by id. Who is unknown is refused; who has none has none. */
export async function listReservations(
  reader: Reader,
  filter: ReservationFilter,
  afterId: Id | 0,
  limit: number,
): Promise<Reservation[]> {
  const list = filter.party.role === 'client' ? listOfClient : listOfProvider;
  const rows = await list(reader, filter, afterId, limit);
  if (rows.length === 0) await requireParty(reader, filter.party);
  return rows;
}

/** One reading of the clock: a hold that runs out meanwhile must not be listed as live and told as expired. */
const CLOCK = sql`clock as materialized (select holdfast_clock() as now)`;
const LISTED = columns(sql`case when r.status = 'held' and r.expires_at <= clock.now then 'expired' else r.status end`);
const LIVE_ON_SLOT = sql`select * from reservation where slot_id = s.id and status in ('held', 'confirmed')`;
const ENDED_ON_SLOT = sql`
  select * from reservation where slot_id = s.id and status in ('cancelled', 'expired', 'conflict')`;

function conditionsOf({ from, to, onlyLive }: ReservationFilter, afterId: Id | 0): RawBuilder<unknown> {
  const conditions = [sql`r.id > ${afterId}`];
  if (from !== undefined) conditions.push(sql`s.ends_at > ${from}::timestamptz`);
  if (to !== undefined) conditions.push(sql`s.starts_at < ${to}::timestamptz`);
  if (onlyLive) conditions.push(sql`(r.status = 'confirmed' or (r.status = 'held' and r.expires_at > clock.now))`);
  return sql.join(conditions, sql` and `);
}

async function listOfClient(reader: Reader, filter: ReservationFilter, afterId: Id | 0, limit: number) {
  const { rows } = await sql<Reservation>`
    with ${CLOCK}
    select ${LISTED} from clock cross join reservation r join slot s on s.id = r.slot_id
     where r.client_id = ${filter.party.id} and ${conditionsOf(filter, afterId)}
     order by r.id limit ${limit}`.execute(reader);
  return rows;
}

/**
 * From the provider's slots to what is reserved of each. All of it is found before the first ones are taken: the
 * planner would otherwise walk all reservations there are by id, in the hope of soon meeting enough of this provider's.
 */
async function listOfProvider(reader: Reader, filter: ReservationFilter, afterId: Id | 0, limit: number) {
  // Two indexes, as live ones must be found fast where a slot has been held and let go ten thousand times.
  const onSlot = filter.onlyLive ? LIVE_ON_SLOT : sql`${LIVE_ON_SLOT} union all ${ENDED_ON_SLOT}`;
  const { rows } = await sql<Reservation>`
    with ${CLOCK}, found as materialized (
      select ${LISTED} from clock cross join slot s cross join lateral (${onSlot}) r
       where s.provider_id = ${filter.party.id} and ${conditionsOf(filter, afterId)}
    )
    select * from found order by reservation_id limit ${limit}`.execute(reader);
  return rows;
}

async function requireParty(reader: Reader, { role, id }: Party): Promise<void> {
  if (role === 'client') await readClient(reader, id);
  else await readProvider(reader, id);
}

/** One change of a reservation, and what it was from then on. */
export interface ReservationEvent {
  readonly at: InstantText;
  readonly status: Status;
  readonly slot_id: Id;
  readonly quantity: number;
  readonly expires_at: InstantText;
}

/** All that has happened to a reservation, oldest first; running out is told as it happens, not as it is swept. */
export async function readHistory(reader: Reader, reservationId: Id): Promise<ReservationEvent[]> {
  const { rows } = await sql<ReservationEvent>`
    with event as (
      select id, at, status, slot_id, quantity, expires_at from reservation_event where reservation_id = ${reservationId}
    ), last as (select * from event order by id desc limit 1)
    select at, status, slot_id, quantity, expires_at from (
      select * from event
      union all
      select null, expires_at, 'expired', slot_id, quantity, expires_at from last
       where status = 'held' and expires_at <= holdfast_clock()
    ) told order by id nulls last`.execute(reader);
  if (rows.length === 0) throw new NotFound('reservation', reservationId);
  return rows;
}

/** A reservation as it was at a moment that has passed. */
export async function readReservationAt(reader: Reader, reservationId: Id, at: InstantText): Promise<Reservation> {
  const { rows } = await sql<Reservation>`
    select r.id as reservation_id, event.slot_id, s.provider_id, r.client_id, event.quantity,
           case when event.status = 'held' and event.expires_at <= ${at}::timestamptz then 'expired' else event.status
           end as status,
           s.starts_at as start_time, s.ends_at as end_time, r.held_at as created_at, event.expires_at,
           case when r.decided_at <= ${at}::timestamptz then r.decided_at end as confirmed_at,
           ${priceColumn('event')}, s.name, r.pax
      from reservation r
      join lateral (select * from reservation_event e
                     where e.reservation_id = r.id and e.at <= ${at}::timestamptz order by e.id desc limit 1) event on true
      join slot s on s.id = event.slot_id
     where r.id = ${reservationId}`.execute(reader);
  const reservation = rows[0];
  if (reservation) return reservation;
  await readReservation(reader, reservationId);
  throw new NotYet(reservationId);
}
