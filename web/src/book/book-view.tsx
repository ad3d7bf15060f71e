import '../styles/book.css';
import { useState } from 'react';
import type { Reservation } from '../api/resources.ts';
import { useProviders, useReservations, withWhom } from '../api/use-people.ts';
import { Icon } from '../components/icon.tsx';
import { HeldCard, soonestFirst } from '../reservations/hold-card.tsx';
import { amend, linkTo, numberOf, usePlace } from '../shell/router.ts';
import { ExperienceDays } from './experience-days.tsx';
import { WhatChoice } from './offering-picker.tsx';
import { ProviderDays, UnlistedProviderDays } from './provider-days.tsx';
import { useExperiences } from './use-experience-slots.ts';

/** Choose with whom or what, then a day, then a time; hold it, and confirm. */
export function BookView() {
  const { query } = usePlace();
  const providers = useProviders();
  const reservations = useReservations();
  const [shown, setShown] = useState<ReadonlySet<number>>(new Set());
  const [said, setSaid] = useState<'confirmed' | 'cancelled' | 'moved'>();
  const moving = numberOf(query, 'move');
  const experiences = useExperiences();
  const listed = providers.body?.providers;
  const asked = numberOf(query, 'provider') ?? listed?.[0]?.provider_id;
  const provider = listed?.find(({ provider_id }) => provider_id === asked);
  // Where nobody offers time, the first of what there is.
  const experience =
    numberOf(query, 'experience') ??
    (listed !== undefined && asked === undefined ? experiences.body?.experiences[0]?.id : undefined);
  const mine = reservations.body?.reservations ?? [];
  const cards = mine
    .filter(({ status, reservation_id }) => status === 'held' || (status === 'expired' && shown.has(reservation_id)))
    .sort(soonestFirst);
  const onHeld = (reservation: Reservation) => {
    setSaid(moving === undefined ? undefined : 'moved');
    setShown(new Set([reservation.reservation_id]));
    if (moving !== undefined) amend({ move: undefined });
    window.scrollTo({ top: 0, behavior: 'smooth' });
  };

  return (
    <div className="view book">
      <div className="view-head">
        <h1>{moving === undefined ? 'Book a time' : 'Choose another time'}</h1>
        {moving !== undefined && (
          <p className="hint">
            Reservation {moving} stays where it is until the new time is yours.{' '}
            <a href={linkTo('reservations')}>Leave it there</a>
          </p>
        )}
      </div>
      <div className="book-said" role="status">
        {said !== undefined && (
          <p className="said">
            <Icon name="check" /> {SAID[said]} <a href={linkTo('reservations')}>My reservations</a>
          </p>
        )}
      </div>
      {cards.map((reservation) => (
        <HeldCard
          key={reservation.reservation_id}
          reservation={reservation}
          title={withWhom(providers.body?.providers, reservation)}
          onEnded={setSaid}
        />
      ))}
      <WhatChoice providers={providers} experiences={experiences} providerId={asked} experience={experience} />
      {experience !== undefined && <ExperienceDays key={experience} id={experience} moving={moving} onHeld={onHeld} />}
      {experience === undefined && provider !== undefined && (
        <ProviderDays key={provider.provider_id} provider={provider} moving={moving} onHeld={onHeld} />
      )}
      {experience === undefined && listed !== undefined && provider === undefined && asked !== undefined && (
        <UnlistedProviderDays key={asked} id={asked} moving={moving} onHeld={onHeld} />
      )}
    </div>
  );
}

const SAID = {
  confirmed: 'Confirmed. It is yours.',
  cancelled: 'Let go. It is free for others again.',
  moved: 'Moved. The time before is free for others again.',
} as const;
