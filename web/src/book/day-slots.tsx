import { type ReactNode, useState } from 'react';
import type { Known } from '../api/cached.ts';
import type { Reservation } from '../api/resources.ts';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { Age } from '../components/updated-ago.tsx';
import { dateLong } from '../format.ts';
import { HoldForm } from './hold-form.tsx';
import type { OfferedSlot } from './offered-slot.ts';
import { SlotList } from './slot-list.tsx';
import { LostRace } from './slot-taken-notice.tsx';

interface Props {
  readonly date: string;
  readonly slots: readonly OfferedSlot[];
  /** Slots of other days too, to find the nearest among. */
  readonly elsewhere: readonly OfferedSlot[];
  readonly timeZone: string;
  readonly isReady: boolean;
  readonly known: Known<unknown> | undefined;
  readonly error: Error | null;
  readonly onRetry: () => void;
  readonly moving: number | undefined;
  readonly onHeld: (reservation: Reservation) => void;
  /** A slot of another day was chosen. */
  readonly onDay: (slot: OfferedSlot) => void;
  readonly note?: ReactNode;
}

/** The times of one day, and what becomes of the one that is chosen. */
export function DayChoice(props: Props) {
  const { date, slots, elsewhere, timeZone, isReady, known, error, onRetry, moving, onHeld, onDay, note } = props;
  const [chosen, setChosen] = useState<OfferedSlot>();
  const [lost, setLost] = useState<OfferedSlot>();
  const current = slots.find(({ id }) => id === chosen?.id);
  const choose = (slot: OfferedSlot) => {
    setLost(undefined);
    setChosen(slot);
    onDay(slot);
  };
  // The one that was chosen went away while it was being looked at.
  const overtaken = lost ?? (current?.remaining === 0 ? current : undefined);
  return (
    <section className="day-choice" aria-label={dateLong(date)}>
      <div className="day-head">
        <h2>{dateLong(date)}</h2>
        <Age known={known} error={error} />
      </div>
      {note}
      {!isReady && !error && <Loading rows={5} label="Looking up times" />}
      {!isReady && error && <Problem error={error} retry={onRetry} />}
      {overtaken && (
        <LostRace
          lost={overtaken}
          slots={[...slots, ...elsewhere.filter(({ id }) => slots.every((slot) => slot.id !== id))]}
          onChoose={choose}
          onDismiss={() => {
            setLost(undefined);
            setChosen(undefined);
          }}
        />
      )}
      {isReady && slots.length === 0 && <Empty title="Nothing is free on this day.">Choose a marked day.</Empty>}
      {isReady && slots.length > 0 && (
        <SlotList slots={slots} timeZone={timeZone} chosenId={current?.id} onChoose={choose} />
      )}
      {current && !overtaken && (
        <HoldForm
          key={current.id}
          slot={current}
          moving={moving}
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
