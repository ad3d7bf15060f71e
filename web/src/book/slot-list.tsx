import { clockTime, dateIn, hourIn, money, VISITOR_ZONE, weekdayTime, zoneName } from '../format.ts';
import type { OfferedSlot } from './offered-slot.ts';

interface Props {
  readonly slots: readonly OfferedSlot[];
  /** Of whoever sells them. */
  readonly timeZone: string;
  readonly chosenId: number | undefined;
  readonly onChoose: (slot: OfferedSlot) => void;
}

const PARTS = [
  ['Morning', 0, 12],
  ['Afternoon', 12, 17],
  ['Evening', 17, 24],
] as const;

/** The slots of a day by the clock they are listed by, with the other clock beneath where the two differ. */
export function SlotList({ slots, timeZone, chosenId, onChoose }: Props) {
  const allDay = slots.filter(({ isAllDay }) => isAllDay);
  const timed = slots.filter(({ isAllDay }) => !isAllDay);
  const isByVisitor = slots.every(({ zone }) => zone === VISITOR_ZONE);
  const otherZone = isByVisitor ? timeZone : VISITOR_ZONE;
  const twoClocks = timed.some(({ start, zone }) => clockTime(start, zone) !== clockTime(start, otherZone));
  const timedParts = PARTS.map(([name, from, to]) => {
    const isIn = ({ start, zone }: OfferedSlot) => hourIn(start, zone) >= from && hourIn(start, zone) < to;
    return { name, slots: timed.filter(isIn) };
  });
  const parts = [{ name: 'All day', slots: allDay }, ...timedParts].filter((part) => part.slots.length > 0);
  return (
    <div className="slots">
      {timed.length > 0 && (
        <p className="hint">
          {!twoClocks && `All times in ${zoneName(VISITOR_ZONE)}, yours and theirs.`}
          {twoClocks &&
            isByVisitor &&
            `Your time (${zoneName(VISITOR_ZONE)}), and theirs (${zoneName(timeZone)}) beneath.`}
          {twoClocks &&
            !isByVisitor &&
            `Their time (${zoneName(timeZone)}), and yours (${zoneName(VISITOR_ZONE)}) beneath.`}
        </p>
      )}
      {parts.map((part) => (
        <section key={part.name} aria-label={part.name}>
          <h3 className="small-title">{part.name}</h3>
          <ul className="slot-grid" data-wide={part.slots.some(({ price }) => price !== null) || undefined}>
            {part.slots.map((slot) => (
              <li key={slot.id}>
                <SlotButton
                  slot={slot}
                  otherZone={twoClocks ? otherZone : undefined}
                  isChosen={slot.id === chosenId}
                  onChoose={onChoose}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

interface SlotButtonProps {
  readonly slot: OfferedSlot;
  readonly otherZone: string | undefined;
  readonly isChosen: boolean;
  readonly onChoose: (slot: OfferedSlot) => void;
}

function SlotButton({ slot, otherZone, isChosen, onChoose }: SlotButtonProps) {
  const isTaken = slot.remaining === 0;
  return (
    <button
      type="button"
      className="slot"
      aria-pressed={isChosen && !isTaken}
      disabled={isTaken}
      data-taken={isTaken || undefined}
      data-slot={slot.id}
      onClick={() => onChoose(slot)}
    >
      <span className="slot-time">{slot.isAllDay ? 'The whole day' : clockTime(slot.start, slot.zone)}</span>
      {isTaken && <span className={otherZone === undefined ? 'unseen' : 'slot-other'}>taken</span>}
      {!isTaken && otherZone !== undefined && !slot.isAllDay && (
        <span className="slot-other">
          {otherTime(slot, otherZone)}
          <span className="unseen"> in {zoneName(otherZone)}</span>
        </span>
      )}
      {!isTaken && slot.price && <span className="slot-price">{money(slot.price.amount, slot.price.currency)}</span>}
      {slot.remaining > 1 && <span className="slot-other">{slot.remaining} left</span>}
    </button>
  );
}

/** With its weekday, where that is another one, too. */
function otherTime({ start, zone }: OfferedSlot, otherZone: string): string {
  return dateIn(start, zone) === dateIn(start, otherZone) ? clockTime(start, otherZone) : weekdayTime(start, otherZone);
}
