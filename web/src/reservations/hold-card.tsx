import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { askAnew, OF_RESERVATIONS } from '../api/invalidate-queries.ts';
import { changeReservation } from '../api/mutations.ts';
import type { Reservation } from '../api/resources.ts';
import { serverNowMs } from '../api/server-clock.ts';
import { Problem } from '../components/states.tsx';
import { clockSpan, countdown, longDay, span, VISITOR_ZONE, zoneName } from '../format.ts';
import { linkTo } from '../shell/router.ts';
import { useNowMs } from '../use-now.ts';
import { writtenPlacesAndCost } from './reservation-summary.ts';

interface Props {
  readonly reservation: Reservation;
  /** With whom, or what. */
  readonly title: string;
  readonly onEnded?: (how: 'confirmed' | 'cancelled') => void;
}

const LAST_MINUTE_MS = 60_000;
const LOOKS_AFTER_MS = [0, 1_200, 3_000, 6_000];

/** What runs out first stands first. */
export function soonestFirst(a: Reservation, b: Reservation): number {
  return a.expires_at.localeCompare(b.expires_at) || a.reservation_id - b.reservation_id;
}

/** A hold with the time it has left, and what can be done with it. */
export function HeldCard({ reservation, title, onEnded }: Props) {
  const {
    reservation_id: id,
    client_id: clientId,
    provider_id,
    start_time,
    end_time,
    created_at,
    expires_at,
  } = reservation;
  const booked = writtenPlacesAndCost(reservation);
  useNowMs();
  const leftMs = Date.parse(expires_at) - serverNowMs();
  const wholeMs = Date.parse(expires_at) - Date.parse(created_at);
  const hasEnded = leftMs <= 0;
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (step: 'confirm' | 'cancel' | 'extend') => changeReservation(step, id, clientId),
    onSuccess: (_, step) => {
      if (step !== 'extend') onEnded?.(step === 'confirm' ? 'confirmed' : 'cancelled');
    },
    onSettled: () => askAnew(queries, OF_RESERVATIONS),
  });
  useEffect(() => {
    // Nobody tells of the instant: a hold ends by the clock, before any sweep has seen it.
    if (!hasEnded) return;
    // `expires_at` is told in whole seconds, and the server's clock is known to half a second: the instant itself may
    // come later. Whoever has gone elsewhere meanwhile wants to know, too, so this is not called off.
    for (const afterMs of LOOKS_AFTER_MS) window.setTimeout(() => askAnew(queries, OF_RESERVATIONS), afterMs);
  }, [hasEnded, queries]);
  const tooLate = hasEnded || (change.error instanceof HoldfastProblem && change.error.type === 'hold-expired');
  return (
    <section
      className="held"
      aria-label={`Your hold no. ${id}, ${longDay(start_time)}, ${clockSpan(start_time, end_time)}`}
      data-ended={tooLate || undefined}
    >
      <div className="held-head">
        <div>
          <p className="held-title">{tooLate ? 'Your hold has run out' : 'Held for you'}</p>
          <p className="held-time">{clockSpan(start_time, end_time)}</p>
          <p className="hint">
            {longDay(start_time)}
            {provider_id === null && `, by your clock (${zoneName(VISITOR_ZONE)})`} · {title}
          </p>
          {booked !== undefined && <p className="held-booked">{booked}</p>}
        </div>
        <div className="held-clock" role="timer" aria-label={tooLate ? 'No time left' : `${span(leftMs)} left`}>
          <span data-last={leftMs < LAST_MINUTE_MS || undefined}>{countdown(leftMs)}</span>
          <progress max={wholeMs} value={Math.max(0, Math.min(leftMs, wholeMs))} aria-label="Time left of the hold" />
        </div>
      </div>
      {change.error && !tooLate && <Problem error={change.error} />}
      {tooLate ? (
        <p role="status">It is free again, for you as for anybody. Choose it once more, or another time.</p>
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
            <a className="button" href={linkTo('book', { provider: provider_id, move: id })}>
              Move
            </a>
          )}
          <button type="button" className="plain" disabled={change.isPending} onClick={() => change.mutate('cancel')}>
            Let it go
          </button>
        </div>
      )}
      <p className="unseen" role="status">
        {!tooLate && leftMs < LAST_MINUTE_MS ? 'Less than a minute left' : ''}
      </p>
    </section>
  );
}
