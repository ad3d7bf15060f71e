import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';
import { type Failure, NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { type Price, priceColumn, SlotTaken } from '../../inventory/index.ts';
import {
  leastNoticeMs,
  type Reservation,
  type ReservationPolicy,
  type ReservedPax,
  type Status,
} from './reservation.ts';
import {
  AlreadyConfirmed,
  AlreadyEnded,
  ForeignClient,
  HoldExpired,
  NoSuchPax,
  PaxRefused,
  SlotClosed,
  SlotMovedOn,
  TooSoon,
} from './reservation-failures.ts';

export interface HoldCommand {
  readonly clientId: Id;
  readonly slotId: Id;
  readonly quantity: number;
  /** The slot's version the client decided by; `undefined` when any will do. */
  readonly version?: number | undefined;
  /** Of which pax types; where the slot has some and none is named, all are of the primary one. */
  readonly pax?: readonly AskedPax[] | undefined;
}

export interface AskedPax {
  readonly type: string;
  readonly quantity: number;
}

export interface ConfirmCommand {
  readonly clientId: Id;
  readonly reservationId: Id;
}

interface HoldRow {
  outcome:
    | 'held'
    | 'no_such_slot'
    | 'no_such_client'
    | 'closed'
    | 'too_soon'
    | 'changed'
    | 'taken'
    | 'no_such_pax'
    | 'pax_refused';
  reservation_id: Id;
  provider_id: Id | null;
  starts_at: InstantText;
  ends_at: InstantText;
  held_at: InstantText;
  expires_at: InstantText;
  slot_version: number;
  slot_name: string | null;
  price: Price | null;
  pax: readonly ReservedPax[] | null;
}

/** Holds slots for many callers at once; each gets its reservation or its own refusal, in their order. */
export async function holdSlots(
  tx: Tx,
  commands: readonly HoldCommand[],
  policy: ReservationPolicy,
): Promise<(Reservation | Failure)[]> {
  const { rows } = await sql<HoldRow>`
    select outcome, reservation_id, provider_id, starts_at, ends_at, held_at, expires_at, slot_version, slot_name,
           pax, ${priceColumn('held')}
      from hold_slots(
        ${commands.map((each) => each.slotId)}::bigint[], ${commands.map((each) => each.clientId)}::bigint[],
        ${commands.map((each) => each.quantity)}::integer[], ${commands.map((each) => each.version ?? null)}::integer[],
        ${JSON.stringify(commands.map((each) => each.pax ?? null))}::jsonb,
        ${`${policy.holdTtlMs} milliseconds`}::interval, ${`${leastNoticeMs(policy)} milliseconds`}::interval) held
     order by place`.execute(tx);
  return commands.map((command, index) => toHold(command, rowAt(rows, index), policy));
}

function toHold(command: HoldCommand, row: HoldRow, policy: ReservationPolicy): Reservation | Failure {
  switch (row.outcome) {
    case 'held':
      return {
        reservation_id: row.reservation_id,
        slot_id: command.slotId,
        provider_id: row.provider_id,
        client_id: command.clientId,
        quantity: command.quantity,
        status: 'held',
        start_time: row.starts_at,
        end_time: row.ends_at,
        created_at: row.held_at,
        expires_at: row.expires_at,
        confirmed_at: null,
        price: row.price,
        name: row.slot_name,
        pax: row.pax,
      };
    case 'no_such_slot':
      return new NotFound('timeslot', command.slotId);
    case 'no_such_client':
      return new NotFound('client', command.clientId);
    case 'too_soon':
      return new TooSoon(policy.minNoticeMs);
    case 'closed':
      return new SlotClosed();
    case 'changed':
      return new SlotMovedOn(command.version ?? 0, row.slot_version);
    case 'taken':
      return new SlotTaken();
    case 'no_such_pax':
      return new NoSuchPax(command.slotId);
    case 'pax_refused':
      return new PaxRefused();
  }
}

interface ConfirmRow {
  outcome:
    | 'confirmed'
    | 'no_such_reservation'
    | 'no_such_client'
    | 'foreign'
    | 'already_confirmed'
    | 'expired'
    | 'ended';
  slot_id: Id;
  quantity: number;
  held_at: InstantText;
  expires_at: InstantText;
  decided_at: InstantText;
  status: Status;
  slot_name: string | null;
  price: Price | null;
  pax: readonly ReservedPax[] | null;
  provider_id: Id | null;
  starts_at: InstantText;
  ends_at: InstantText;
}

/** Confirms holds for many callers at once; each gets its reservation or its own refusal, in their order. */
export async function confirmReservations(
  tx: Tx,
  commands: readonly ConfirmCommand[],
  policy: ReservationPolicy,
): Promise<(Reservation | Failure)[]> {
  const { rows } = await sql<ConfirmRow>`
    select outcome, slot_id, quantity, held_at, expires_at, decided_at, status, slot_name, pax, provider_id, starts_at,
           ends_at, ${priceColumn('decided')}
      from confirm_reservations(
        ${commands.map((each) => each.reservationId)}::bigint[], ${commands.map((each) => each.clientId)}::bigint[]) decided
     order by place`.execute(tx);
  return commands.map((command, index) => toConfirmation(command, rowAt(rows, index), policy));
}

function toConfirmation(command: ConfirmCommand, row: ConfirmRow, policy: ReservationPolicy): Reservation | Failure {
  switch (row.outcome) {
    case 'confirmed':
      return {
        reservation_id: command.reservationId,
        slot_id: row.slot_id,
        provider_id: row.provider_id,
        client_id: command.clientId,
        quantity: row.quantity,
        status: 'confirmed',
        start_time: row.starts_at,
        end_time: row.ends_at,
        created_at: row.held_at,
        expires_at: row.expires_at,
        confirmed_at: row.decided_at,
        price: row.price,
        name: row.slot_name,
        pax: row.pax,
      };
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
      return new AlreadyEnded(row.status);
  }
}

function rowAt<Row>(rows: readonly Row[], index: number): Row {
  const row = rows[index];
  if (row === undefined) throw new Error('the database decided fewer cases than it was asked');
  return row;
}
