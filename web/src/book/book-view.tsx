import '../styles/book.css';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Reservation } from '../api/resources.ts';
import { useExperiences } from '../api/use-experiences.ts';
import { useProviders } from '../api/use-people.ts';
import { SuccessNotice } from '../components/success-notice.tsx';
import { byExpiry, HoldCard } from '../reservations/hold-card.tsx';
import { useReservations } from '../reservations/use-reservations.ts';
import { addressOf, useAddressParams } from '../shell/addresses.ts';
import { ExperienceDays } from './experience-days.tsx';
import { MovableReservation } from './movable-reservation.tsx';
import { OfferingPicker } from './offering-picker.tsx';
import { ProviderDays, UnlistedProviderDays } from './provider-days.tsx';

type Outcome = keyof typeof OUTCOMES;

const OUTCOMES = {
  confirmed: 'Your reservation is confirmed.',
  cancelled: 'Released. The time is available to others again.',
  moved: 'Rescheduled. Your previous time is available to others again.',
} as const;

/** Books a time: choose an offering, a day and a time, hold it, confirm it. Also reschedules a reservation. */
export function BookView() {
  const [params, changeParams] = useAddressParams();
  const rescheduleId = params.move;
  const [outcome, setOutcome] = useState<Outcome>();
  const [lastHeldId, setLastHeldId] = useState<number>();
  const onHeld = (reservation: Reservation) => {
    setOutcome(rescheduleId === undefined ? undefined : 'moved');
    setLastHeldId(reservation.reservation_id);
    if (rescheduleId !== undefined) changeParams({ move: undefined });
    window.scrollTo({ top: 0, behavior: 'smooth' });
  };
  return (
    <div className="view book">
      <div className="view-head">
        <h1>{rescheduleId === undefined ? 'Book a time' : 'Choose a new time'}</h1>
        {rescheduleId !== undefined && (
          <p className="hint">
            <Link href={addressOf('reservations')}>Keep the current time</Link>
          </p>
        )}
      </div>
      <div className="notice-place" role="status">
        {outcome !== undefined && (
          <SuccessNotice>
            {OUTCOMES[outcome]} <Link href={addressOf('reservations')}>My reservations</Link>
          </SuccessNotice>
        )}
      </div>
      <Holds lastHeldId={lastHeldId} onEnded={setOutcome} />
      {rescheduleId === undefined ? (
        <Offerings moved={undefined} onHeld={onHeld} />
      ) : (
        <MovableReservation key={rescheduleId} id={rescheduleId}>
          {(moved) => <Offerings moved={moved} onHeld={onHeld} />}
        </MovableReservation>
      )}
    </div>
  );
}

interface HoldsProps {
  /** The hold made last. Its card stays when it expires, so that the visitor learns of it. */
  readonly lastHeldId: number | undefined;
  readonly onEnded: (outcome: Outcome) => void;
}

/** Cards of the current client's holds. */
function Holds({ lastHeldId, onEnded }: HoldsProps) {
  const reservations = useReservations().body?.reservations ?? [];
  return reservations
    .filter(
      ({ status, reservation_id }) => status === 'held' || (status === 'expired' && reservation_id === lastHeldId),
    )
    .sort(byExpiry)
    .map((reservation) => <HoldCard key={reservation.reservation_id} reservation={reservation} onEnded={onEnded} />);
}

interface OfferingsProps {
  /** The reservation to reschedule; `undefined` for a new reservation. */
  readonly moved: Reservation | undefined;
  readonly onHeld: (reservation: Reservation) => void;
}

/** The picker, and the days of the offering that the address names or else of the first one. */
function Offerings({ moved, onHeld }: OfferingsProps) {
  const [params] = useAddressParams();
  const providers = useProviders();
  const experiences = useExperiences();
  const listed = providers.body?.providers;
  const providerId = params.provider ?? moved?.provider_id ?? listed?.[0]?.provider_id;
  const provider = listed?.find(({ provider_id }) => provider_id === providerId);
  const hasNoProviders = listed !== undefined && providerId === undefined;
  const experienceId = params.experience ?? (hasNoProviders ? experiences.body?.experiences[0]?.id : undefined);
  const shared = { rescheduleId: moved?.reservation_id, onHeld };
  return (
    <>
      <OfferingPicker
        providers={providers}
        experiences={experiences}
        providerId={providerId}
        experienceId={experienceId}
      />
      {experienceId !== undefined && <ExperienceDays key={experienceId} id={experienceId} {...shared} />}
      {experienceId === undefined && provider !== undefined && (
        <ProviderDays key={provider.provider_id} provider={provider} {...shared} />
      )}
      {experienceId === undefined && listed !== undefined && provider === undefined && providerId !== undefined && (
        <UnlistedProviderDays key={providerId} id={providerId} {...shared} />
      )}
    </>
  );
}
