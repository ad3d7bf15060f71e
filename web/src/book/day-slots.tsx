import { useRef, useState } from 'react';
import type { Cached } from '../api/cached.ts';
import type { Reservation } from '../api/resources.ts';
import { announce } from '../components/announcer.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { UpdatedAgo } from '../components/updated-ago.tsx';
import { formatLongDate } from '../format.ts';
import { placeTime } from '../place-time.ts';
import { HoldForm } from './hold-form.tsx';
import type { OfferedSlot } from './offered-slot.ts';
import { SlotList } from './slot-list.tsx';
import { SlotTakenNotice } from './slot-taken-notice.tsx';

interface Props {
  readonly date: string;
  readonly slots: readonly OfferedSlot[];
  /** Slots of other days, to suggest from when the chosen slot is taken. */
  readonly otherSlots: readonly OfferedSlot[];
  readonly isReady: boolean;
  readonly cached: Cached<unknown> | undefined;
  readonly error: Error | null;
  readonly onRetry: () => void;
  /** Id of the reservation to reschedule; `undefined` for a new reservation. */
  readonly rescheduleId: number | undefined;
  readonly onHeld: (reservation: Reservation) => void;
  /** Called when the visitor chooses a slot. */
  readonly onChoose: () => void;
  /** Called with the day of the slot that is chosen. */
  readonly onDay: (date: string) => void;
}

/** The times of one day, and the form that holds the chosen time. */
export function DaySlots(props: Props) {
  const { date, slots, otherSlots, isReady, cached, error, onRetry, rescheduleId, onHeld, onChoose, onDay } = props;
  const [chosen, setChosen] = useState<OfferedSlot>();
  const [lost, setLost] = useState<OfferedSlot>();
  const current = slots.find(({ id }) => id === chosen?.id);
  // Lost when the server refused the hold, or when someone else took the slot while it was chosen.
  const taken = lost ?? (current?.remaining === 0 ? current : undefined);
  const [shownDate, setShownDate] = useState(date);
  const heading = useRef<HTMLHeadingElement>(null);
  if (shownDate !== date) {
    // A slot that was lost on another day is no news on this one.
    setShownDate(date);
    setLost(undefined);
  }
  const choose = (slot: OfferedSlot) => {
    const { day, time } = placeTime(slot.start, slot.end, slot.zone);
    announce(`Chosen: ${time}, ${day}.`);
    onChoose();
    setLost(undefined);
    setChosen(slot);
    onDay(slot.day);
  };
  return (
    <section className="day-slots" aria-label={formatLongDate(date)}>
      <div className="section-head">
        <h2 ref={heading} tabIndex={-1}>
          {formatLongDate(date)}
        </h2>
        <UpdatedAgo cached={cached} error={error} />
      </div>
      {!isReady && !error && <Loading rows={5} label="Loading times" />}
      {!isReady && error && <ProblemNotice error={error} retry={onRetry} />}
      {taken && (
        <SlotTakenNotice
          taken={taken}
          slots={[...slots, ...otherSlots.filter(({ id }) => slots.every((slot) => slot.id !== id))]}
          onChoose={choose}
          onDismiss={() => {
            setLost(undefined);
            setChosen(undefined);
            heading.current?.focus();
          }}
        />
      )}
      {isReady && slots.length === 0 && (
        <EmptyState title="Nothing available on this day">Choose a highlighted day.</EmptyState>
      )}
      {isReady && slots.length > 0 && <SlotList slots={slots} chosenId={current?.id} onChoose={choose} />}
      {current && !taken && (
        <HoldForm
          key={current.id}
          slot={current}
          rescheduleId={rescheduleId}
          onHeld={(reservation) => {
            setChosen(undefined);
            onHeld(reservation);
          }}
          onLost={(slot) => {
            setChosen(undefined);
            setLost(slot);
          }}
        />
      )}
    </section>
  );
}
