import {
  dateIn,
  formatCount,
  formatMoney,
  formatTime,
  formatWeekdayTime,
  hourIn,
  VISITOR_ZONE,
  zoneName,
} from '../format.ts';
import type { OfferedSlot } from './offered-slot.ts';

interface Props {
  readonly slots: readonly OfferedSlot[];
  readonly chosenId: number | undefined;
  readonly onChoose: (slot: OfferedSlot) => void;
}

const TIMES_OF_DAY = [
  { name: 'Morning', fromHour: 0, untilHour: 12 },
  { name: 'Afternoon', fromHour: 12, untilHour: 17 },
  { name: 'Evening', fromHour: 17, untilHour: 24 },
] as const;

/** A day's slots by time of day. Where the visitor's clock shows other times, they are beneath. */
export function SlotList({ slots, chosenId, onChoose }: Props) {
  const timed = slots.filter(({ isAllDay }) => !isAllDay);
  const [first] = timed;
  const hasTwoClocks = timed.some(({ start, zone }) => formatTime(start, zone) !== formatTime(start));
  const groups = groupByTimeOfDay(slots);
  return (
    <div className="slots">
      {first && <p className="hint">{clockHint(first.zone, hasTwoClocks)}</p>}
      {groups.map((group) => (
        <section key={group.name} aria-label={group.name}>
          <h3 className="small-title">{group.name}</h3>
          <ul className="slot-grid" data-wide={group.slots.some(({ price }) => price !== null) || undefined}>
            {group.slots.map((slot) => (
              <li key={slot.id}>
                <SlotButton
                  slot={slot}
                  hasTwoClocks={hasTwoClocks}
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

interface Group {
  readonly name: string;
  readonly slots: readonly OfferedSlot[];
}

function groupByTimeOfDay(slots: readonly OfferedSlot[]): Group[] {
  const timed = slots.filter(({ isAllDay }) => !isAllDay);
  const groups = TIMES_OF_DAY.map(({ name, fromHour, untilHour }) => {
    const isWithin = ({ start, zone }: OfferedSlot) =>
      hourIn(start, zone) >= fromHour && hourIn(start, zone) < untilHour;
    return { name, slots: timed.filter(isWithin) };
  });
  const allDay = { name: 'All day', slots: slots.filter(({ isAllDay }) => isAllDay) };
  return [allDay, ...groups].filter((group) => group.slots.length > 0);
}

function clockHint(timeZone: string, hasTwoClocks: boolean): string {
  const visitorZone = zoneName(VISITOR_ZONE);
  if (!hasTwoClocks) return `All times are ${zoneName(timeZone)} time.`;
  return `${zoneName(timeZone)} time, with your time (${visitorZone}) below.`;
}

interface SlotButtonProps {
  readonly slot: OfferedSlot;
  readonly hasTwoClocks: boolean;
  readonly isChosen: boolean;
  readonly onChoose: (slot: OfferedSlot) => void;
}

function SlotButton({ slot, hasTwoClocks, isChosen, onChoose }: SlotButtonProps) {
  const { id, start, zone, remaining, price, isAllDay } = slot;
  const isTaken = remaining === 0;
  return (
    <button
      type="button"
      className="slot"
      aria-pressed={isChosen && !isTaken}
      disabled={isTaken}
      data-taken={isTaken || undefined}
      data-slot={id}
      onClick={() => onChoose(slot)}
    >
      <span className="slot-time">{isAllDay ? 'All day' : formatTime(start, zone)}</span>
      {isTaken && <span className={hasTwoClocks ? 'slot-detail' : 'visually-hidden'}>Taken</span>}
      {!isTaken && hasTwoClocks && !isAllDay && (
        <span className="slot-detail">
          {visitorTime(slot)}
          <span className="visually-hidden"> your time</span>
        </span>
      )}
      {!isTaken && price && <span className="slot-price">{formatMoney(price.amount, price.currency)}</span>}
      {remaining > 1 && <span className="slot-detail">{formatCount(remaining)} left</span>}
    </button>
  );
}

/** The start by the visitor's clock, with the weekday where it is another day there. */
function visitorTime({ start, zone }: OfferedSlot): string {
  return dateIn(start, zone) === dateIn(start) ? formatTime(start) : formatWeekdayTime(start);
}
