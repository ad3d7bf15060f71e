import '../styles/reservations.css';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { askAnew, OF_BOOKINGS, OF_RESERVATIONS } from '../api/invalidate-queries.ts';
import { changeReservation } from '../api/mutations.ts';
import { historyOf } from '../api/queries.ts';
import type { HistoryEntry, Provider, Reservation } from '../api/resources.ts';
import { serverNowMs } from '../api/server-clock.ts';
import { useKnown } from '../api/use-cached.ts';
import { useProviders, useReservations, withWhom } from '../api/use-people.ts';
import { CancelButton } from '../components/cancel-button.tsx';
import { Icon } from '../components/icon.tsx';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { Badge } from '../components/status-badge.tsx';
import { Age } from '../components/updated-ago.tsx';
import { clockSpan, exactMoment, longDay } from '../format.ts';
import { ClientChoice } from '../shell/client-picker.tsx';
import { useWho } from '../shell/current-client.tsx';
import { linkTo } from '../shell/router.ts';
import { HeldCard, soonestFirst } from './hold-card.tsx';
import { writtenPlacesAndCost } from './reservation-summary.ts';

/** What the visitor has, had, and let go. */
export function ReservationsView() {
  const { client } = useWho();
  const providers = useProviders();
  const [cancelled, setCancelled] = useState<number>();
  const { body, known, error, refresh } = useReservations();
  const all = [...(body?.reservations ?? [])].reverse();
  const nowMs = serverNowMs();
  const isAhead = (each: Reservation) =>
    (each.status === 'confirmed' || each.status === 'conflict') && Date.parse(each.end_time) > nowMs;
  const held = all.filter(({ status }) => status === 'held').sort(soonestFirst);
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
      <div className="book-said" role="status">
        {cancelled !== undefined && <Cancelled key={cancelled} id={cancelled} />}
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
      <Group title="Ahead" reservations={ahead} providers={names} onCancelled={setCancelled} />
      <Group title="Past and ended" reservations={past} providers={names} onCancelled={setCancelled} />
    </div>
  );
}

interface GroupProps {
  readonly title: string;
  readonly reservations: readonly Reservation[];
  readonly providers: readonly Provider[] | undefined;
  readonly onCancelled: (id: number) => void;
}

function Group({ title, reservations, providers, onCancelled }: GroupProps) {
  if (reservations.length === 0) return null;
  return (
    <section className="group">
      <h2>{title}</h2>
      <ul className="rows">
        {reservations.map((each) => (
          <Row
            key={each.reservation_id}
            reservation={each}
            title={withWhom(providers, each)}
            onCancelled={onCancelled}
          />
        ))}
      </ul>
    </section>
  );
}

interface RowProps extends Pick<GroupProps, 'onCancelled'> {
  readonly reservation: Reservation;
  readonly title: string;
}

function Row({ reservation, title, onCancelled }: RowProps) {
  const { reservation_id: id, client_id, provider_id, status, start_time, end_time } = reservation;
  const places = writtenPlacesAndCost(reservation);
  const [isOpen, setIsOpen] = useState(false);
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => changeReservation('cancel', id, client_id),
    onSuccess: () => onCancelled(id),
    onSettled: () => askAnew(queries, [...OF_RESERVATIONS, ...OF_BOOKINGS]),
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
            {places !== undefined && ` · ${places}`} · no. {id}
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
          <CancelButton
            what={`${longDay(start_time)}, ${clockSpan(start_time, end_time)}, ${title}`}
            meaning="It is free for others at once; to have it back, you would have to book it anew."
            isPending={cancel.isPending}
            onCancel={() => cancel.mutate()}
          />
        )}
        <button type="button" className="plain" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          History
        </button>
      </div>
      {isOpen && <History id={id} />}
    </li>
  );
}

/** It has the focus: the button that had it is gone with what it cancelled. */
function Cancelled({ id }: { readonly id: number }) {
  const said = useRef<HTMLParagraphElement>(null);
  useEffect(() => said.current?.focus(), []);
  return (
    <p ref={said} className="said" tabIndex={-1}>
      <Icon name="check" /> Reservation {id} is cancelled. It is free for others again.
    </p>
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
