import { useEffect, useRef } from 'react';
import { clockTime, dateLong, money, shortDay } from '../format.ts';
import { nearestTo, type OfferedSlot } from './offered-slot.ts';

interface Props {
  readonly lost: OfferedSlot;
  readonly slots: readonly OfferedSlot[];
  readonly onChoose: (slot: OfferedSlot) => void;
  readonly onDismiss: () => void;
}

const OFFERED = 4;

/** Somebody was quicker. It says so, and what is nearest. */
export function LostRace({ lost, slots, onChoose, onDismiss }: Props) {
  const near = nearestTo(
    slots.filter(({ id }) => id !== lost.id),
    lost.start,
    OFFERED,
  );
  const notice = useRef<HTMLElement>(null);
  useEffect(() => {
    notice.current?.focus();
  }, []);
  return (
    <section ref={notice} className="lost" role="alert" tabIndex={-1}>
      <h3>Somebody was a moment quicker</h3>
      <p>
        {lost.isAllDay ? dateLong(lost.day) : clockTime(lost.start, lost.zone)} has just been taken. Nothing was booked
        for you.
        {near.length > 0 ? ' These are free, and nearest to it:' : ' Nothing else is free near it.'}
      </p>
      <ul className="lost-near">
        {near.map((slot) => (
          <li key={slot.id}>
            <button type="button" onClick={() => onChoose(slot)}>
              {slot.isAllDay ? '' : clockTime(slot.start, slot.zone)}
              <span className="hint"> {shortDay(`${slot.day}T12:00:00Z`, 'UTC')}</span>
              {slot.price && <span className="hint"> {money(slot.price.amount, slot.price.currency)}</span>}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="plain" onClick={onDismiss}>
        Look at the whole day
      </button>
    </section>
  );
}
