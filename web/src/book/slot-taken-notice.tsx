import { useEffect, useRef } from 'react';
import { formatLongDate, formatMoney, formatShortDate, formatTime } from '../format.ts';
import { nearestTo, type OfferedSlot } from './offered-slot.ts';

interface Props {
  readonly taken: OfferedSlot;
  /** Slots to suggest from. */
  readonly slots: readonly OfferedSlot[];
  readonly onChoose: (slot: OfferedSlot) => void;
  readonly onDismiss: () => void;
}

const MAX_SUGGESTIONS = 4;

/** Someone else has taken the chosen slot. It takes the focus and suggests the nearest free slots. */
export function SlotTakenNotice({ taken, slots, onChoose, onDismiss }: Props) {
  const others = slots.filter(({ id }) => id !== taken.id);
  const suggestions = nearestTo(others, taken.start, MAX_SUGGESTIONS);
  const notice = useRef<HTMLElement>(null);
  useEffect(() => notice.current?.focus(), []);
  return (
    <section ref={notice} className="taken" role="alert" tabIndex={-1}>
      <h3>Someone else was faster</h3>
      <p>
        {taken.isAllDay ? formatLongDate(taken.day) : formatTime(taken.start, taken.zone)} has just been taken. Nothing
        was booked for you. {suggestions.length > 0 ? 'These times are close to it:' : 'No other time is close to it.'}
      </p>
      <ul className="taken-suggestions">
        {suggestions.map((slot) => (
          <li key={slot.id}>
            <button type="button" onClick={() => onChoose(slot)}>
              {slot.isAllDay ? '' : formatTime(slot.start, slot.zone)}
              <span className="hint"> {formatShortDate(slot.day)}</span>
              {slot.price && <span className="hint"> {formatMoney(slot.price.amount, slot.price.currency)}</span>}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="plain" onClick={onDismiss}>
        See the whole day
      </button>
    </section>
  );
}
