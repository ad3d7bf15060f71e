import '../styles/rows.css';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Reservation } from '../api/resources.ts';
import { serverNowMs } from '../api/server-clock.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { OutcomeNotice } from '../components/outcome-notice.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { UpdatedAgo } from '../components/updated-ago.tsx';
import { useRights, useSubject } from '../session/rights.ts';
import { addressOf } from '../shell/addresses.ts';
import { ClientPicker } from '../shell/client-picker.tsx';
import { useCurrentClient } from '../shell/current-client.tsx';
import { byExpiry, HoldCard } from './hold-card.tsx';
import { ProviderReservations } from './provider-reservations.tsx';
import { ReservationRow } from './reservation-row.tsx';
import { useReservations } from './use-reservations.ts';
import { useShownHolds } from './watched-holds.ts';

/** Reservations of a provider's slots for the provider, and those of the current client for anyone else. */
export function ReservationsView() {
  const providerId = useSubject('provider');
  return providerId === undefined ? <ClientReservations /> : <ProviderReservations providerId={providerId} />;
}

/** The current client's reservations: holds first, then upcoming, then past. */
function ClientReservations() {
  const { canBook } = useRights();
  const { client } = useCurrentClient();
  const { body, cached, error, refresh } = useReservations();
  if (client === undefined) {
    return (
      <div className="view narrow">
        <h1>{canBook ? 'My reservations' : 'Reservations'}</h1>
        <div className="card">
          <ClientPicker />
        </div>
      </div>
    );
  }
  return (
    <div className="view narrow">
      <div className="view-head">
        <h1>{canBook ? 'My reservations' : 'Reservations'}</h1>
        <UpdatedAgo cached={cached} error={error} />
      </div>
      {body === undefined && !error && <Loading rows={6} />}
      {error && <ProblemNotice error={error} retry={refresh} />}
      <Reservations key={client.client_id} reservations={body?.reservations ?? []} />
      {body?.reservations.length === 0 && (
        <EmptyState title="No reservations yet">
          {canBook && (
            <Link className="button primary" href={addressOf('book')}>
              Book a time
            </Link>
          )}
        </EmptyState>
      )}
    </div>
  );
}

const OUTCOMES = {
  confirmed: 'is confirmed.',
  cancelled: 'is cancelled. The time is available to others again.',
} as const;

/** @param reservations the oldest first */
function Reservations({ reservations }: { readonly reservations: readonly Reservation[] }) {
  const [ended, setEnded] = useState<{ readonly how: keyof typeof OUTCOMES; readonly id: number }>();
  const onCancelled = (id: number) => setEnded({ how: 'cancelled', id });
  const nowMs = serverNowMs();
  const isUpcoming = ({ status, end_time }: Reservation) =>
    (status === 'confirmed' || status === 'conflict') && Date.parse(end_time) > nowMs;
  const holds = useShownHolds(reservations).sort(byExpiry);
  const upcoming = reservations.filter(isUpcoming).sort((a, b) => a.start_time.localeCompare(b.start_time));
  const past = reservations.filter((each) => each.status !== 'held' && !isUpcoming(each)).reverse();
  return (
    <>
      <div className="notice-place" role="status">
        {ended !== undefined && (
          <OutcomeNotice key={`${ended.id}${ended.how}`}>
            Reservation {ended.id} {OUTCOMES[ended.how]}
          </OutcomeNotice>
        )}
      </div>
      {holds.map((hold) => (
        <HoldCard key={hold.reservation_id} reservation={hold} onEnded={(how, id) => setEnded({ how, id })} />
      ))}
      <Group title="Upcoming" reservations={upcoming} onCancelled={onCancelled} />
      <Group title="Past and cancelled" reservations={past} onCancelled={onCancelled} />
    </>
  );
}

interface GroupProps {
  readonly title: string;
  readonly reservations: readonly Reservation[];
  readonly onCancelled: (id: number) => void;
}

function Group({ title, reservations, onCancelled }: GroupProps) {
  if (reservations.length === 0) return null;
  return (
    <section className="group">
      <h2>{title}</h2>
      <ul className="rows">
        {reservations.map((reservation) => (
          <ReservationRow key={reservation.reservation_id} reservation={reservation} onCancelled={onCancelled} />
        ))}
      </ul>
    </section>
  );
}
