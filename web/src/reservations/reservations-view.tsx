import '../styles/reservations.css';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changeReservation } from '../api/changes.ts';
import { historyOf } from '../api/questions.ts';
import { serverNowMs } from '../api/server-clock.ts';
import type { HistoryEntry, Provider, Reservation } from '../api/shapes.ts';
import { HeldCard } from '../book/held-card.tsx';
import { ClientChoice } from '../client-choice.tsx';
import { Age } from '../parts/age.tsx';
import { Badge } from '../parts/badge.tsx';
import { Empty, Loading, Problem } from '../parts/states.tsx';
import { linkTo } from '../router.ts';
import { useKnown } from '../use-known.ts';
import { useProviders, useReservations, withWhom } from '../use-people.ts';
import { useWho } from '../who.tsx';
import { clockSpan, exactMoment, longDay } from '../written.ts';

/** What the visitor has, had, and let go. */
export function ReservationsView() {
  const { client } = useWho();
  const providers = useProviders();
  const { body, known, error, refresh } = useReservations();
  const all = [...(body?.reservations ?? [])].reverse();
  const nowMs = serverNowMs();
  const isAhead = (each: Reservation) =>
    (each.status === 'confirmed' || each.status === 'conflict') && Date.parse(each.end_time) > nowMs;
  const held = all.filter(({ status }) => status === 'held');
  const ahead = all.filter(isAhead).sort((a, b) => a.start_time.localeCompare(b.start_time));
  const past = all.filter((each) => each.status !== 'held' && !isAhead(each));
  const names = providers.body?.providers;

  if (client === undefined) {
    return (
      <div className="view narrow">
        <h1>My reservations</h1>
        <div className="card">
          <ClientChoice onChosen={() => {}} />
        </div>
      </div>
    );
  }
  return (
    <div className="view narrow">
      <div className="view-head">
        <h1>My reservations</h1>
        <Age known={known} error={error} />
      </div>
      {body === undefined && !error && <Loading rows={6} />}
      {error && <Problem error={error} retry={refresh} />}
      {body?.reservations.length === 0 && (
        <Empty title="Nothing is booked yet.">
          <a className="button primary" href={linkTo('book')}>
            Book a time
          </a>
        </Empty>
      )}
      {held.map((each) => (
        <HeldCard key={each.reservation_id} reservation={each} title={withWhom(names, each)} />
      ))}
      <Group title="Ahead" reservations={ahead} providers={names} />
      <Group title="Past and ended" reservations={past} providers={names} />
    </div>
  );
}

interface GroupProps {
  readonly title: string;
  readonly reservations: readonly Reservation[];
  readonly providers: readonly Provider[] | undefined;
}

function Group({ title, reservations, providers }: GroupProps) {
  if (reservations.length === 0) return null;
  return (
    <section className="group">
      <h2>{title}</h2>
      <ul className="rows">
        {reservations.map((each) => (
          <Row key={each.reservation_id} reservation={each} title={withWhom(providers, each)} />
        ))}
      </ul>
    </section>
  );
}

function Row({ reservation, title }: { readonly reservation: Reservation; readonly title: string }) {
  const { reservation_id: id, client_id, provider_id, status, start_time, end_time, quantity } = reservation;
  const [isOpen, setIsOpen] = useState(false);
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => changeReservation('cancel', id, client_id),
    onSettled: () => {
      for (const word of ['reservations', 'history', 'free', 'slots', 'experience', 'items', 'bookings']) {
        void queries.invalidateQueries({ queryKey: [word] });
      }
    },
  });
  return (
    <li className="row" data-status={status}>
      <div className="row-main">
        <div>
          <p className="row-time">
            {longDay(start_time)}, <span className="whole">{clockSpan(start_time, end_time)}</span>
          </p>
          <p className="hint">
            {title}
            {quantity > 1 && ` · ${quantity} places`} · no. {id}
          </p>
        </div>
        <Badge status={status} />
      </div>
      {status === 'conflict' && (
        <p>Sorry, the supplier no longer has this for you. You owe nothing. Please choose something else.</p>
      )}
      {cancel.error && <Problem error={cancel.error} />}
      <div className="actions">
        {status === 'confirmed' && provider_id !== null && (
          <a className="button" href={linkTo('book', { provider: provider_id, move: id })}>
            Move
          </a>
        )}
        {status === 'confirmed' && (
          <button type="button" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel it
          </button>
        )}
        <button type="button" className="plain" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          History
        </button>
      </div>
      {isOpen && <History id={id} />}
    </li>
  );
}

function History({ id }: { readonly id: number }) {
  const { body, error, refresh } = useKnown(historyOf(id));
  if (error && body === undefined) return <Problem error={error} retry={refresh} />;
  if (body === undefined) return <Loading rows={2} />;
  return (
    <ol className="history">
      {body.history.map(({ at, status, slot_id }, index) => (
        <li key={at + status}>
          <span>{said(body.history, index)}</span>
          <span className="hint">
            {exactMoment(at)} · slot {slot_id}
          </span>
        </li>
      ))}
    </ol>
  );
}

function said(history: readonly HistoryEntry[], index: number): string {
  const entry = history[index];
  const before = history[index - 1];
  if (entry === undefined) return '';
  if (before === undefined || before.status !== entry.status) return SAID[entry.status];
  return before.slot_id === entry.slot_id ? 'Given more time' : 'Moved to another slot';
}

const SAID = {
  held: 'Held',
  confirmed: 'Confirmed',
  cancelled: 'Cancelled',
  expired: 'Ran out',
  conflict: 'Refused by the supplier',
} as const;
