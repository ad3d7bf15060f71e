import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { reservationQuery } from '../api/queries.ts';
import type { Reservation } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { isNotFound, NotFound } from '../components/not-found.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { addressOf } from '../shell/addresses.ts';
import { useCurrentClient } from '../shell/current-client.tsx';

interface Props {
  readonly id: number;
  /** Renders the choice of a new time. */
  readonly children: (reservation: Reservation) => ReactNode;
}

/** Checks the reservation that the address names. A new time can be chosen only for one that can have it. */
export function MovableReservation({ id, children }: Props) {
  const { client } = useCurrentClient();
  const { body, error, refresh } = useCached(reservationQuery(id));
  const mine = <Link href={addressOf('reservations')}>My reservations</Link>;
  if (isNotFound(error) || (body !== undefined && body.client_id !== client?.client_id)) {
    return <NotFound thing={`reservation ${id} under your name`}>{mine}</NotFound>;
  }
  if (body === undefined) return error ? <ProblemNotice error={error} retry={refresh} /> : <Loading rows={8} />;
  const obstacle = obstacleTo(body);
  if (obstacle !== undefined) return <EmptyState title={obstacle}>{mine}</EmptyState>;
  return (
    <>
      <p className="hint">Reservation {id} stays as it is until you choose a new time.</p>
      {children(body)}
    </>
  );
}

/** The reason why a reservation cannot be rescheduled. */
function obstacleTo({ provider_id, status }: Reservation): string | undefined {
  if (status !== 'held' && status !== 'confirmed') return 'This reservation has ended, so it cannot be rescheduled';
  return provider_id === null ? 'Experiences cannot be rescheduled' : undefined;
}
