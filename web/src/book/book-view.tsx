import '../styles/book.css';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Reservation } from '../api/resources.ts';
import { useExperiences } from '../api/use-experiences.ts';
import { useProviders } from '../api/use-people.ts';
import { OutcomeNotice } from '../components/outcome-notice.tsx';
import { byExpiry, HoldCard } from '../reservations/hold-card.tsx';
import { useReservations } from '../reservations/use-reservations.ts';
import { useShownHolds } from '../reservations/watched-holds.ts';
import { type AddressParams, addressOf, useAddressParams } from '../shell/addresses.ts';
import { useCurrentClient } from '../shell/current-client.tsx';
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
  const outcome = useOutcome(params);
  const [lastHeldId, setLastHeldId] = useState<number>();
  const onHeld = (reservation: Reservation) => {
    setLastHeldId(reservation.reservation_id);
    window.scrollTo({ top: 0, behavior: 'smooth' });
    if (rescheduleId === undefined) return;
    const shown = { move: undefined, provider: params.provider ?? reservation.provider_id ?? undefined };
    changeParams(shown);
    outcome.show('moved', { ...params, ...shown });
  };
  return (
    <div className="view book">
      <div className="view-head">
        <BookHeading key={rescheduleId} isRescheduling={rescheduleId !== undefined} />
        {rescheduleId !== undefined && (
          <p className="hint">
            <Link href={addressOf('reservations')}>Keep the current time</Link>
          </p>
        )}
      </div>
      <div className="notice-place" role="status">
        {outcome.current !== undefined && (
          <OutcomeNotice key={outcome.count}>
            {OUTCOMES[outcome.current]} <Link href={addressOf('reservations')}>My reservations</Link>
          </OutcomeNotice>
        )}
      </div>
      <Holds lastHeldId={lastHeldId} onEnded={(how) => outcome.show(how, params)} />
      {rescheduleId === undefined ? (
        <Offerings moved={undefined} onHeld={onHeld} onChoose={outcome.clear} />
      ) : (
        <MovableReservation key={rescheduleId} id={rescheduleId}>
          {(moved) => <Offerings moved={moved} onHeld={onHeld} onChoose={outcome.clear} />}
        </MovableReservation>
      )}
    </div>
  );
}

/** The last outcome. It is about what was open and about the current client, and goes when another is chosen. */
function useOutcome(params: AddressParams) {
  const { client } = useCurrentClient();
  const about = ({ experience, provider, day }: AddressParams) =>
    [client?.client_id, experience, provider, day].join('/');
  const [last, setLast] = useState<{ readonly outcome: Outcome; readonly about: string; readonly count: number }>();
  return {
    current: last?.about === about(params) ? last.outcome : undefined,
    /** How many outcomes there were. */
    count: last?.count ?? 0,
    show: (outcome: Outcome, shown: AddressParams) =>
      setLast((before) => ({ outcome, about: about(shown), count: (before?.count ?? 0) + 1 })),
    clear: () => setLast(undefined),
  };
}

/** Takes the focus when it begins to ask for a new time, so that a screen reader reads it. */
function BookHeading({ isRescheduling }: { readonly isRescheduling: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isRescheduling) heading.current?.focus();
  }, [isRescheduling]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {isRescheduling ? 'Choose a new time' : 'Book a time'}
    </h1>
  );
}

interface HoldsProps {
  /** The hold made last. Its card takes the focus. */
  readonly lastHeldId: number | undefined;
  readonly onEnded: (how: 'confirmed' | 'cancelled') => void;
}

/** Cards of the current client's holds. */
function Holds({ lastHeldId, onEnded }: HoldsProps) {
  return useShownHolds(useReservations().body?.reservations)
    .sort(byExpiry)
    .map((reservation) => (
      <HoldCard
        key={reservation.reservation_id}
        reservation={reservation}
        isNew={reservation.reservation_id === lastHeldId}
        onEnded={onEnded}
      />
    ));
}

interface OfferingsProps {
  /** The reservation to reschedule; `undefined` for a new reservation. */
  readonly moved: Reservation | undefined;
  readonly onHeld: (reservation: Reservation) => void;
  /** Called when the visitor chooses a time. */
  readonly onChoose: () => void;
}

/** The picker, and the days of the offering that the address names or else of the first one. */
function Offerings({ moved, onHeld, onChoose }: OfferingsProps) {
  const [params] = useAddressParams();
  const providers = useProviders();
  const experiences = useExperiences();
  const listed = providers.body?.providers;
  const providerId = params.provider ?? moved?.provider_id ?? listed?.[0]?.provider_id;
  const provider = listed?.find(({ provider_id }) => provider_id === providerId);
  const hasNoProviders = listed !== undefined && providerId === undefined;
  const experienceId = params.experience ?? (hasNoProviders ? experiences.body?.experiences[0]?.id : undefined);
  const shared = { rescheduleId: moved?.reservation_id, onHeld, onChoose };
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
