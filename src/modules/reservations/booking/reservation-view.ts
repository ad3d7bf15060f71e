import { type RawBuilder, sql } from 'kysely';
import type { Actor, Ownership } from '../../../access/index.ts';
import type { Reader } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { priceColumn } from '../../inventory/index.ts';
import { readClient } from '../people/client-store.ts';
import { readProvider } from '../people/provider-store.ts';
import { ownedBy } from './owned-by.ts';
import type { Reservation, Status } from './reservation.ts';
import { BeforeFirstState } from './reservation-failures.ts';

/**
 * The column `write_back` of a `Reservation`, given the columns with its id, its status and the provider of its slot. A
 * provider's slot has no supplier, and a hold is not sent to one.
 */
export function writeBackColumn(id: string, status: string, providerId: string): RawBuilder<unknown> {
  const isSent = sql`${sql.ref(providerId)} is null and ${sql.ref(status)} <> 'held'`;
  return sql`case when ${isSent} then write_back_of(${sql.ref(id)}) end as write_back`;
}

/** The columns of a `Reservation`, from `reservation r` joined with its `slot s`. */
function reservationColumns(status: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    r.id as reservation_id, r.slot_id, s.provider_id, r.client_id, r.quantity, ${status} as status,
    s.starts_at as start_time, s.ends_at as end_time, r.held_at as created_at, r.expires_at,
    r.decided_at as confirmed_at, ${priceColumn('r')}, s.name, r.pax,
    ${writeBackColumn('r.id', 'r.status', 's.provider_id')}`;
}

/** The columns of a `Reservation` with the stored status: an expired hold may still read as held. */
export const RESERVATION = reservationColumns(sql`r.status`);

/** The columns of a `Reservation` with the status of this moment, whether or not a sweep has marked it. */
const RESERVATION_NOW = reservationColumns(
  sql`case when r.status = 'held' and r.expires_at <= holdfast_clock() then 'expired' else r.status end`,
);

/**
 * The columns of a `Reservation` as it was at a moment, from `reservation r`, the last `reservation_event event` up to then,
 * and its `slot s`.
 */
export function pastReservationColumns(at: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    r.id as reservation_id, event.slot_id, s.provider_id, r.client_id, event.quantity,
    case when event.status = 'held' and event.expires_at <= ${at} then 'expired' else event.status end as status,
    s.starts_at as start_time, s.ends_at as end_time, r.held_at as created_at, event.expires_at,
    case when r.decided_at <= ${at} then r.decided_at end as confirmed_at, ${priceColumn('event')}, s.name, r.pax,
    null as write_back`;
}

/** @throws NotFound, also for a reservation of someone else */
export async function readReservation(reader: Reader, reservationId: Id, ownership: Ownership): Promise<Reservation> {
  const { rows } = await sql<Reservation>`
    select ${RESERVATION_NOW} from reservation r join slot s on s.id = r.slot_id
     where r.id = ${reservationId} and ${ownedBy(ownership, 'r')}`.execute(reader);
  const reservation = rows[0];
  if (!reservation) throw new NotFound('reservation', reservationId);
  return reservation;
}

/** The owner of a list of reservations: the client that made them, or the provider of their slots. */
export interface Party {
  readonly role: 'client' | 'provider';
  readonly id: Id;
}

export interface ReservationFilter {
  readonly party: Party;
  /** Only reservations of slots that end after this moment. */
  readonly from?: InstantText | undefined;
  /** Only reservations of slots that start before this moment. */
  readonly to?: InstantText | undefined;
  /** Only confirmed reservations and unexpired holds. */
  readonly onlyLive: boolean;
}

/** The time zone of a party's times without an offset: a provider's own, and UTC for a client. @throws NotFound */
export async function readTimeZone(reader: Reader, { role, id }: Party): Promise<string> {
  if (role === 'provider') return (await readProvider(reader, id)).time_zone;
  await readClient(reader, id);
  return 'UTC';
}

/** Up to `limit` reservations with ids above `afterId`, by id. Those of an unknown party are none. */
export async function listReservations(
  reader: Reader,
  filter: ReservationFilter,
  afterId: Id | 0,
  limit: number,
): Promise<Reservation[]> {
  const isRange = filter.from !== undefined || filter.to !== undefined;
  const listProvider = isRange ? listOfProviderInRange : listOfProvider;
  const list = filter.party.role === 'client' ? listOfClient : listProvider;
  return list(reader, filter, afterId, limit);
}

/**
 * The clock, read once per list. If it were read for each condition, a hold could expire in between, and be listed as
 * live with the status `expired`.
 */
const CLOCK = sql`clock as materialized (select holdfast_clock() as now)`;
const LISTED_RESERVATION = reservationColumns(
  sql`case when r.status = 'held' and r.expires_at <= clock.now then 'expired' else r.status end`,
);
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
    select ${LISTED_RESERVATION} from clock cross join reservation r join slot s on s.id = r.slot_id
     where r.client_id = ${filter.party.id} and ${conditionsOf(filter, afterId)}
     order by r.id limit ${limit}`.execute(reader);
  return rows;
}

/**
 * Every page costs the same: live and ended reservations are read in the order of one index, which has them apart. The
 * comparisons of rows and the limit of one slot leave PostgreSQL no other plan. With plain conditions it would walk all
 * reservations by id until it has met enough of this provider's, and read all slots.
 */
async function listOfProvider(reader: Reader, { party, onlyLive }: ReservationFilter, afterId: Id | 0, limit: number) {
  const key = sql`r.provider_id, (r.status in ('held', 'confirmed'))`;
  const isListed = onlyLive ? sql`(r.status = 'confirmed' or r.expires_at > (select now from clock))` : sql`true`;
  const page = (isLive: boolean) => sql`
    (select r.* from reservation r
      where r.provider_id is not null and (${key}, r.id) > (${party.id}, ${isLive}::boolean, ${afterId})
        and (${key}) <= (${party.id}, ${isLive}::boolean) and ${isListed}
      order by ${key}, r.id limit ${limit})`;
  const { rows } = await sql<Reservation>`
    with ${CLOCK}, listed as materialized (
      select * from (${onlyLive ? page(true) : sql`${page(true)} union all ${page(false)}`}) r order by r.id limit ${limit}
    )
    select ${LISTED_RESERVATION}
      from clock cross join listed r cross join lateral (select * from slot where slot.id = r.slot_id limit 1) s
     order by r.id`.execute(reader);
  return rows;
}

/**
 * Finds all reservations of the provider's slots in the range before it takes the first `limit`. With the limit in the
 * same query, PostgreSQL would walk all reservations by id until it has met enough of this provider's.
 */
async function listOfProviderInRange(reader: Reader, filter: ReservationFilter, afterId: Id | 0, limit: number) {
  // Live and ended reservations have an index each: live ones must be found fast on a slot with thousands of ended ones.
  const onSlot = filter.onlyLive ? LIVE_ON_SLOT : sql`${LIVE_ON_SLOT} union all ${ENDED_ON_SLOT}`;
  const { rows } = await sql<Reservation>`
    with ${CLOCK}, found as materialized (
      select ${LISTED_RESERVATION} from clock cross join slot s cross join lateral (${onSlot}) r
       where s.provider_id = ${filter.party.id} and ${conditionsOf(filter, afterId)}
    )
    select * from found order by reservation_id limit ${limit}`.execute(reader);
  return rows;
}

/** One change of a reservation, and its state from then on. */
export interface ReservationEvent {
  readonly at: InstantText;
  readonly status: Status;
  readonly slot_id: Id;
  readonly quantity: number;
  readonly expires_at: InstantText;
  /** The principal that made the change; `null` for an expiry, for a refusal, and without access control. */
  readonly by: Actor | null;
}

/**
 * All changes of a reservation, oldest first. The expiry of a hold is among them from the instant it happens, whether
 * or not a sweep has marked it.
 *
 * @throws NotFound, also for a reservation of someone else
 */
export async function readHistory(
  reader: Reader,
  reservationId: Id,
  ownership: Ownership,
): Promise<ReservationEvent[]> {
  const { rows } = await sql<ReservationEvent>`
    with stored as (
      select e.id, e.at, e.status, e.slot_id, e.quantity, e.expires_at, e.actor as by
        from reservation r join reservation_event e on e.reservation_id = r.id
       where r.id = ${reservationId} and ${ownedBy(ownership, 'r')}
    ), last as (select * from stored order by id desc limit 1)
    select at, status, slot_id, quantity, expires_at, by from (
      select * from stored
      union all
      select null, expires_at, 'expired', slot_id, quantity, expires_at, null from last
       where status = 'held' and expires_at <= holdfast_clock()
    ) history order by id nulls last`.execute(reader);
  if (rows.length === 0) throw new NotFound('reservation', reservationId);
  return rows;
}

/** The stored histories of all reservations of a client, oldest change first, by reservation. */
export async function readHistoriesOfClient(reader: Reader, clientId: Id): Promise<Map<Id, ReservationEvent[]>> {
  const { rows } = await sql<ReservationEvent & { reservation_id: Id }>`
    select e.reservation_id, e.at, e.status, e.slot_id, e.quantity, e.expires_at, e.actor as by
      from reservation r join reservation_event e on e.reservation_id = r.id
     where r.client_id = ${clientId} order by e.id`.execute(reader);
  const histories = new Map<Id, ReservationEvent[]>();
  for (const { reservation_id, ...event } of rows) {
    const history = histories.get(reservation_id) ?? [];
    history.push(event);
    histories.set(reservation_id, history);
  }
  return histories;
}

/**
 * A reservation as it was at `at`, a moment that has passed, after everything that happened at that very microsecond.
 *
 * @throws NotFound, BeforeFirstState
 */
export async function readReservationAt(
  reader: Reader,
  reservationId: Id,
  at: InstantText,
  ownership: Ownership,
): Promise<Reservation> {
  const { rows } = await sql<Reservation>`
    select ${pastReservationColumns(sql`${at}::timestamptz`)}
      from reservation r
      join lateral (select * from reservation_event e
                     where e.reservation_id = r.id and e.at <= ${at}::timestamptz order by e.id desc limit 1) event on true
      join slot s on s.id = event.slot_id
     where r.id = ${reservationId} and ${ownedBy(ownership, 'r')}`.execute(reader);
  const reservation = rows[0];
  if (reservation) return reservation;
  await readReservation(reader, reservationId, ownership);
  throw new BeforeFirstState(reservationId);
}
