import '../styles/hold-card.css';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { HoldfastProblem } from '../../../client/index.ts';
import { invalidateQueries, RESERVATION_QUERIES } from '../api/invalidate-queries.ts';
import { changeReservation } from '../api/mutations.ts';
import type { Reservation } from '../api/resources.ts';
import { serverNowMs } from '../api/server-clock.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { formatCountdown, formatDuration } from '../format.ts';
import { placeTime } from '../place-time.ts';
import { addressOf } from '../shell/addresses.ts';
import { useNowMs } from '../use-now.ts';
import { reservationSummary } from './reservation-summary.ts';
import { usePlace } from './use-reservations.ts';

interface Props {
  readonly reservation: Reservation;
  readonly onEnded?: (how: 'confirmed' | 'cancelled') => void;
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

/** A hold with its remaining time, and the buttons that confirm, extend, move or release it. */
export function HoldCard({ reservation, onEnded }: Props) {
  const { reservation_id: id, provider_id, start_time, end_time, created_at, expires_at } = reservation;
  useNowMs();
  const leftMs = Date.parse(expires_at) - serverNowMs();
  const change = useChange(reservation, onEnded);
  useCheckExpiry(leftMs <= 0);
  const isExpired = leftMs <= 0 || (change.error instanceof HoldfastProblem && change.error.type === 'hold-expired');
  const isLastMinute = leftMs < LAST_MINUTE_MS;
  const summary = reservationSummary(reservation);
  const { title, zone } = usePlace(reservation);
  const { day, time, clock, visitorStart } = placeTime(start_time, end_time, zone);
  return (
    <section className="hold-card" aria-label={`Hold no. ${id}, ${day}, ${time}`} data-expired={isExpired || undefined}>
      <div className="hold-card-head">
        <div>
          <p className="hold-card-title">{isExpired ? 'Your hold has expired' : 'Held for you'}</p>
          <p className="hold-card-time">{time}</p>
          <p className="hint">
            {day}
            {clock !== undefined && `, ${clock}`} · {title}
          </p>
          {visitorStart !== undefined && <p className="hint">{visitorStart}</p>}
          {summary !== undefined && <p className="hold-card-summary">{summary}</p>}
        </div>
        <Countdown leftMs={leftMs} totalMs={Date.parse(expires_at) - Date.parse(created_at)} isExpired={isExpired} />
      </div>
      {change.error && !isExpired && <ProblemNotice error={change.error} />}
      {isExpired ? (
        <p role="status">This time is available again. Hold it again, or choose another time.</p>
      ) : (
        <div className="actions">
          <button
            type="button"
            className="primary"
            disabled={change.isPending}
            onClick={() => change.mutate('confirm')}
          >
            Confirm
          </button>
          <button type="button" disabled={change.isPending} onClick={() => change.mutate('extend')}>
            More time
          </button>
          {provider_id !== null && (
            <Link className="button" href={addressOf('book', { provider: provider_id, move: id })}>
              Reschedule
            </Link>
          )}
          <button type="button" className="plain" disabled={change.isPending} onClick={() => change.mutate('cancel')}>
            Release
          </button>
        </div>
      )}
      <p className="visually-hidden" role="status">
        {!isExpired && isLastMinute ? 'Less than a minute left' : ''}
      </p>
    </section>
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
    mutationFn: (action: 'confirm' | 'cancel' | 'extend') => changeReservation(action, reservation_id, client_id),
    onSuccess: (_, action) => {
      if (action !== 'extend') onEnded?.(action === 'confirm' ? 'confirmed' : 'cancelled');
    },
    onSettled: () => invalidateQueries(queries, RESERVATION_QUERIES),
  });
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
