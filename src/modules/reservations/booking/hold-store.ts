import { sql } from 'kysely';
import type { Actor } from '../../../access/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { type Failure, NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { priceColumn, SlotTaken } from '../../inventory/index.ts';
import { leastNoticeMs, type Reservation, type ReservationPolicy } from './reservation.ts';
import {
  AlreadyConfirmed,
  AlreadyEnded,
  ForeignClient,
  HoldExpired,
  NoSuchPax,
  type PaxLimits,
  PaxRefused,
  SlotClosed,
  SlotVersionChanged,
  TooManyHolds,
  TooSoon,
} from './reservation-failures.ts';
import { writeBackColumn } from './reservation-view.ts';

export interface HoldCommand {
  readonly clientId: Id;
  readonly slotId: Id;
  readonly quantity: number;
  /** The slot's version that the client decided by; `undefined` accepts any. */
  readonly version?: number | undefined;
  /** The pax types of the units. `undefined`: all units are of the primary type, if the slot has types. */
  readonly pax?: readonly RequestedPax[] | undefined;
  /** The sender of the request; `null` without access control. */
  readonly actor: Actor | null;
}

export interface RequestedPax {
  readonly type: string;
  readonly quantity: number;
}

export interface ConfirmCommand {
  readonly clientId: Id;
  readonly reservationId: Id;
  /** The sender of the request; `null` without access control. */
  readonly actor: Actor | null;
}

/** The columns of a `Reservation` as hold_slots and confirm_reservations return them, under the alias `decided`. */
const DECIDED_RESERVATION = sql`
  reservation_id, slot_id, provider_id, client_id, quantity, status, start_time, end_time, created_at, expires_at,
  confirmed_at, ${priceColumn('decided')}, name, pax,
  ${writeBackColumn('decided.reservation_id', 'decided.status', 'decided.provider_id')}`;

/** A decision of `hold_slots`. The fields of the reservation are valid when the outcome is `held`. */
interface HoldRow extends Reservation {
  readonly outcome:
    | 'held'
    | 'no_such_slot'
    | 'no_such_client'
    | 'closed'
    | 'too_soon'
    | 'changed'
    | 'taken'
    | 'no_such_pax'
    | 'pax_refused'
    | 'too_many_holds';
  readonly slot_version: number;
  /** Free units, when the outcome is `taken`. */
  readonly remaining: number;
  /** When the outcome is `pax_refused`. */
  readonly refused_pax: PaxLimits | null;
}

/** Holds slots for many callers at once. Returns a reservation or a failure for each command, in their order. */
export async function holdSlots(
  tx: Tx,
  commands: readonly HoldCommand[],
  policy: ReservationPolicy,
): Promise<(Reservation | Failure)[]> {
  const { rows } = await sql<HoldRow>`
    select outcome, slot_version, remaining, refused_pax, ${DECIDED_RESERVATION}
      from hold_slots(
        ${commands.map((each) => each.slotId)}::bigint[], ${commands.map((each) => each.clientId)}::bigint[],
        ${commands.map((each) => each.quantity)}::integer[], ${commands.map((each) => each.version ?? null)}::integer[],
        ${JSON.stringify(commands.map((each) => each.pax ?? null))}::jsonb,
        ${`${policy.holdTtlMs} milliseconds`}::interval, ${`${leastNoticeMs(policy)} milliseconds`}::interval,
        ${policy.maxLiveHolds}::integer, ${actorsOf(commands)}::jsonb) decided
     order by place`.execute(tx);
  return commands.map((command, index) => toHold(command, rowAt(rows, index), policy));
}

function toHold(command: HoldCommand, row: HoldRow, policy: ReservationPolicy): Reservation | Failure {
  const { outcome, slot_version, remaining, refused_pax, ...reservation } = row;
  switch (outcome) {
    case 'held':
      return reservation;
    case 'no_such_slot':
      return new NotFound('slot', command.slotId);
    case 'no_such_client':
      return new NotFound('client', command.clientId);
    case 'too_soon':
      return new TooSoon(policy.minNoticeMs);
    case 'closed':
      return new SlotClosed();
    case 'changed':
      return new SlotVersionChanged(command.version ?? 0, slot_version);
    case 'taken':
      return new SlotTaken(remaining);
    case 'no_such_pax':
      return new NoSuchPax(command.slotId);
    case 'pax_refused':
      return new PaxRefused(requireLimits(refused_pax));
    case 'too_many_holds':
      return new TooManyHolds(policy.maxLiveHolds ?? 0);
  }
}

function requireLimits(limits: PaxLimits | null): PaxLimits {
  if (!limits) throw new Error('the database refused a pax type without its limits');
  return limits;
}

/** A decision of `confirm_reservations`. The fields of the reservation are valid when it exists. */
interface ConfirmRow extends Reservation {
  readonly outcome:
    | 'confirmed'
    | 'no_such_reservation'
    | 'no_such_client'
    | 'foreign'
    | 'already_confirmed'
    | 'expired'
    | 'ended';
}

/** Confirms holds for many callers at once. Returns a reservation or a failure for each command, in their order. */
export async function confirmReservations(
  tx: Tx,
  commands: readonly ConfirmCommand[],
  policy: ReservationPolicy,
): Promise<(Reservation | Failure)[]> {
  const { rows } = await sql<ConfirmRow>`
    select outcome, ${DECIDED_RESERVATION}
      from confirm_reservations(
        ${commands.map((each) => each.reservationId)}::bigint[], ${commands.map((each) => each.clientId)}::bigint[],
        ${actorsOf(commands)}::jsonb) decided
     order by place`.execute(tx);
  return commands.map((command, index) => toConfirmation(command, rowAt(rows, index), policy));
}

function toConfirmation(command: ConfirmCommand, row: ConfirmRow, policy: ReservationPolicy): Reservation | Failure {
  const { outcome, ...reservation } = row;
  switch (outcome) {
    case 'confirmed':
      return reservation;
    case 'no_such_reservation':
      return new NotFound('reservation', command.reservationId);
    case 'no_such_client':
      return new NotFound('client', command.clientId);
    case 'foreign':
      return new ForeignClient();
    case 'already_confirmed':
      return new AlreadyConfirmed();
    case 'expired':
      return new HoldExpired(policy.holdTtlMs);
    case 'ended':
      return new AlreadyEnded(reservation.status);
  }
}

/** The actors in the order of the commands; `null` when none has one. */
function actorsOf(commands: readonly { readonly actor: Actor | null }[]): string | null {
  const actors = commands.map(({ actor }) => actor);
  return actors.some((actor) => actor !== null) ? JSON.stringify(actors) : null;
}

function rowAt<Row>(rows: readonly Row[], index: number): Row {
  const row = rows[index];
  if (row === undefined) throw new Error(`the database decided only ${rows.length} commands`);
  return row;
}
