import '../styles/hold-card.css';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type RefObject, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { HoldfastProblem } from '../../../client/index.ts';
import { invalidateQueries, RESERVATION_QUERIES, showReservation } from '../api/invalidate-queries.ts';
import { changeReservation, type ReservationAction } from '../api/mutations.ts';
import type { Reservation } from '../api/resources.ts';
import { serverNowMs } from '../api/server-clock.ts';
import { ActionButton } from '../components/action-button.tsx';
import { announce } from '../components/announcer.tsx';
import { focusViewIfLost } from '../components/focus.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { formatCountdown, formatDuration, formatTime } from '../format.ts';
import { placeTime } from '../place-time.ts';
import { useRights } from '../session/rights.ts';
import { addressOf } from '../shell/addresses.ts';
import { useNowMs } from '../use-now.ts';
import { reservationSummary } from './reservation-summary.ts';
import { usePlace } from './use-reservations.ts';
import { forgetHold } from './watched-holds.ts';

interface Props {
  readonly reservation: Reservation;
  /** The hold has just been made: its card takes the focus. */
  readonly isNew?: boolean;
  readonly onEnded: (how: 'confirmed' | 'cancelled', id: number) => void;
}

const LAST_MINUTE_MS = 60_000;
/**
 * Delays after the countdown ends at which the reservations are fetched. `expires_at` has whole seconds, and the
 * server's clock is known to within a second, so the hold may still be live at first.
 */
const CHECK_EXPIRY_AFTER_MS = [0, 1_200, 3_000, 6_000];

/** Order of hold cards: the hold that expires first is first. */
export function byExpiry(a: Reservation, b: Reservation): number {
  return a.expires_at.localeCompare(b.expires_at) || a.reservation_id - b.reservation_id;
}

/** A hold with its remaining time, and the buttons that confirm, extend, move or release it; or the end of a hold. */
export function HoldCard({ reservation, isNew = false, onEnded }: Props) {
  const { reservation_id: id, start_time, end_time, created_at, expires_at } = reservation;
  useNowMs();
  const leftMs = Date.parse(expires_at) - serverNowMs();
  const change = useChange(reservation, onEnded);
  const { canBook } = useRights();
  useCheckExpiry(leftMs <= 0 && reservation.status === 'held');
  const isCancelled = reservation.status === 'cancelled';
  const hasExpired =
    reservation.status === 'expired' ||
    leftMs <= 0 ||
    (change.error instanceof HoldfastProblem && change.error.type === 'hold-expired');
  const isEnded = isCancelled || hasExpired;
  const card = useRef<HTMLElement>(null);
  useNewHold(isNew, card, expires_at);
  const isLastMinute = leftMs < LAST_MINUTE_MS;
  const summary = reservationSummary(reservation);
  const { title, zone } = usePlace(reservation);
  const { day, time, clock, visitorStart } = placeTime(start_time, end_time, zone);
  return (
    <section
      ref={card}
      tabIndex={-1}
      className="hold-card"
      aria-label={`Hold no. ${id}, ${day}, ${time}`}
      data-expired={isEnded || undefined}
    >
      <div className="hold-card-head">
        <div>
          <p className="hold-card-title">
            {isCancelled
              ? 'Your hold was cancelled'
              : hasExpired
                ? 'Your hold has expired'
                : canBook
                  ? 'Held for you'
                  : 'On hold'}
          </p>
          <p className="hold-card-time">{time}</p>
          <p className="hint">
            {day}
            {clock !== undefined && `, ${clock}`} · {title}
          </p>
          {visitorStart !== undefined && <p className="hint">{visitorStart}</p>}
          {summary !== undefined && <p className="hold-card-summary">{summary}</p>}
        </div>
        <Countdown leftMs={leftMs} totalMs={Date.parse(expires_at) - Date.parse(created_at)} isExpired={isEnded} />
      </div>
      {change.error && !isEnded && <ProblemNotice error={change.error} />}
      {isEnded && <EndedHold reservation={reservation} />}
      {!isEnded && canBook && (
        <HoldActions reservation={reservation} isPending={change.isPending} onChange={change.mutate} />
      )}
      <p className="visually-hidden" role="status">
        {!isEnded && isLastMinute ? 'Less than a minute left' : ''}
      </p>
    </section>
  );
}

interface ActionsProps {
  readonly reservation: Reservation;
  readonly isPending: boolean;
  readonly onChange: (action: ReservationAction) => void;
}

function HoldActions({ reservation: { provider_id, reservation_id }, isPending, onChange }: ActionsProps) {
  return (
    <div className="actions">
      <ActionButton type="button" className="primary" isPending={isPending} onClick={() => onChange('confirm')}>
        Confirm
      </ActionButton>
      <ActionButton type="button" isPending={isPending} onClick={() => onChange('extend')}>
        More time
      </ActionButton>
      {provider_id !== null && (
        <Link className="button" href={addressOf('book', { provider: provider_id, move: reservation_id })}>
          Reschedule
        </Link>
      )}
      <ActionButton type="button" className="plain" isPending={isPending} onClick={() => onChange('cancel')}>
        Release
      </ActionButton>
    </div>
  );
}

/** The end of a hold that the visitor has not ended, until it is dismissed. */
function EndedHold({ reservation: { reservation_id, status } }: Pick<Props, 'reservation'>) {
  const reason =
    status === 'cancelled'
      ? 'The provider has cancelled it, or you have released it in another window. Please choose another time.'
      : 'This time is available again. Hold it again, or choose another time.';
  return (
    <>
      <p role="alert">{reason}</p>
      {status !== 'held' && (
        <div className="actions">
          <button
            type="button"
            onClick={() => {
              forgetHold(reservation_id);
              focusViewIfLost();
            }}
          >
            OK
          </button>
        </div>
      )}
    </>
  );
}

interface CountdownProps {
  readonly leftMs: number;
  readonly totalMs: number;
  readonly isExpired: boolean;
}

function Countdown({ leftMs, totalMs, isExpired }: CountdownProps) {
  return (
    <div className="countdown" role="timer" aria-label={isExpired ? 'Expired' : `${formatDuration(leftMs)} left`}>
      <span data-last-minute={leftMs < LAST_MINUTE_MS || undefined}>{formatCountdown(leftMs)}</span>
      <progress max={totalMs} value={Math.max(0, Math.min(leftMs, totalMs))} aria-label="Time left" />
    </div>
  );
}

function useChange({ reservation_id, client_id }: Reservation, onEnded: Props['onEnded']) {
  const queries = useQueryClient();
  return useMutation({
    // An event may report the release before its response does, and must not read like someone else's doing.
    onMutate: (action) => {
      if (action === 'cancel') forgetHold(reservation_id);
    },
    mutationFn: (action: ReservationAction) => changeReservation(action, reservation_id, client_id),
    onSuccess: (changed, action) => {
      if (action === 'extend') {
        announce(`You have ${formatDuration(Date.parse(changed.expires_at) - serverNowMs())} to confirm.`);
      } else {
        forgetHold(reservation_id);
        onEnded(action === 'confirm' ? 'confirmed' : 'cancelled', reservation_id);
      }
      showReservation(queries, changed);
    },
    onSettled: () => invalidateQueries(queries, RESERVATION_QUERIES),
  });
}

/** Moves the focus to the card of a hold that has just been made. */
function useNewHold(isNew: boolean, card: RefObject<HTMLElement | null>, expiresAt: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a hold that is extended later is not new
  useEffect(() => {
    if (!isNew) return;
    card.current?.focus({ preventScroll: true });
    announce(`On hold until ${formatTime(expiresAt)}, your time. Confirm it before then.`);
  }, [isNew]);
}

/** Fetches the reservations when a hold expires. The server sends no event at that instant. */
function useCheckExpiry(isOver: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!isOver) return;
    // The timers outlive the card: a visitor who has opened another view wants to see the free time there, too.
    for (const afterMs of CHECK_EXPIRY_AFTER_MS) {
      window.setTimeout(() => invalidateQueries(queries, RESERVATION_QUERIES), afterMs);
    }
  }, [isOver, queries]);
}
