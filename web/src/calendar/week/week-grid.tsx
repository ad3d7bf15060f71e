import '../../styles/week-grid.css';
import { type CSSProperties, useEffect, useRef } from 'react';
import { addDays } from '../../calendar-dates.ts';
import { formatLongDate, formatWeekdayDate } from '../../format.ts';
import { formatMinuteRange, formatMinutes, isEmptyRange, type MinuteRange } from '../wall-time.ts';
import { BlockedTile, SlotTile } from './slot-tile.tsx';
import { useTimeSelection } from './use-time-selection.ts';
import {
  blockedRanges,
  type SlotState,
  STATE_NAMES,
  slotState,
  type TimeSelection,
  type WeekSlot,
} from './week-slot.ts';

interface Props {
  readonly start: string;
  readonly today: string;
  readonly slots: readonly WeekSlot[];
  /** `undefined` when no time can be selected. */
  readonly selection: TimeSelection | undefined;
  readonly onSelect: (selection: TimeSelection) => void;
}

const HOUR_MIN = 60;
const EARLIEST_MIN = 8 * HOUR_MIN;
const LATEST_MIN = 18 * HOUR_MIN;

/** A week by the provider's clock, in which a part of a day can be selected. It shows 8 to 18 and any slot beyond. */
export function WeekGrid({ start, today, slots, selection, onSelect }: Props) {
  const dates = Array.from({ length: 7 }, (_, index) => addDays(start, index));
  const weekSlots = slots.filter(({ date }) => dates.includes(date));
  const firstHour = Math.floor(Math.min(EARLIEST_MIN, ...weekSlots.map(({ fromMin }) => fromMin)) / HOUR_MIN);
  const lastHour = Math.ceil(Math.max(LATEST_MIN, ...weekSlots.map(({ untilMin }) => untilMin)) / HOUR_MIN);
  const hours = Array.from({ length: lastHour - firstHour }, (_, index) => firstHour + index);
  const scroller = useRef<HTMLDivElement>(null);
  useScrollToDate(scroller, selection?.date ?? today);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it
    <section ref={scroller} className="week-scroll" aria-label="Slots by day and hour" tabIndex={0}>
      <div className="week" style={{ '--hours': hours.length } as CSSProperties}>
        <div className="week-hours" aria-hidden="true">
          {hours.map((hour) => (
            <span key={hour}>{formatMinutes(hour * HOUR_MIN)}</span>
          ))}
        </div>
        {dates.map((date) => (
          <Day
            key={date}
            date={date}
            isToday={date === today}
            firstMin={firstHour * HOUR_MIN}
            lengthMin={hours.length * HOUR_MIN}
            slots={weekSlots.filter((slot) => slot.date === date)}
            selection={selection?.date === date ? selection : undefined}
            canSelect={selection !== undefined}
            onSelect={onSelect}
          />
        ))}
      </div>
    </section>
  );
}

/** Scrolls a date into view when it is selected. On a phone a week is wider than the screen. */
function useScrollToDate(scroller: React.RefObject<HTMLElement | null>, date: string): void {
  useEffect(() => {
    const element = scroller.current;
    const column = element?.querySelector<HTMLElement>(`[data-date="${date}"]`);
    if (!element || !column) return;
    const { left, width } = column.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    // The day before stays visible as well.
    if (left < box.left || left + width > box.right) element.scrollLeft += left - box.left - width;
  }, [scroller, date]);
}

interface DayProps {
  readonly date: string;
  readonly isToday: boolean;
  /** First minute of the column, and the number of minutes it shows. */
  readonly firstMin: number;
  readonly lengthMin: number;
  readonly slots: readonly WeekSlot[];
  readonly selection: TimeSelection | undefined;
  readonly canSelect: boolean;
  readonly onSelect: (selection: TimeSelection) => void;
}

function Day({ date, isToday, firstMin, lengthMin, slots, selection, canSelect, onSelect }: DayProps) {
  const { column, range, handlers } = useTimeSelection({
    firstMin,
    lengthMin,
    selected: selection,
    onSelect: ({ fromMin, untilMin }) => onSelect({ date, fromMin, untilMin }),
  });
  const selectedRange = range ?? selection;
  const position = ({ fromMin, untilMin }: MinuteRange): CSSProperties => ({
    top: `${((fromMin - firstMin) / lengthMin) * 100}%`,
    height: `${((untilMin - fromMin) / lengthMin) * 100}%`,
  });
  return (
    <section className="week-day" aria-label={formatLongDate(date)} data-today={isToday || undefined}>
      <h3>{formatWeekdayDate(date)}</h3>
      <p className="visually-hidden">{describeDay(slots)}</p>
      <div
        ref={column}
        className="week-column"
        data-date={date}
        data-selecting={range !== undefined}
        {...(canSelect && handlers)}
      >
        {blockedRanges(slots).map((blocked) => (
          <BlockedTile key={blocked.fromMin} range={blocked} style={position(blocked)} />
        ))}
        {slots
          .filter((slot) => slotState(slot) !== 'blocked')
          .map((slot) => (
            <SlotTile key={slot.slot_id} slot={slot} style={position(slot)} />
          ))}
        {selectedRange && !isEmptyRange(selectedRange) && (
          <span className="week-selection" style={position(selectedRange)}>
            <span className="week-selection-time">{formatMinuteRange(selectedRange)}</span>
            <span className="grip" data-grip="from" />
            <span className="grip" data-grip="until" />
          </span>
        )}
      </div>
    </section>
  );
}

const COUNTED_STATES: readonly SlotState[] = ['free', 'held', 'confirmed', 'past'];

/** The day's slots in a sentence, for screen readers. */
function describeDay(slots: readonly WeekSlot[]): string {
  const counts = COUNTED_STATES.map((state) => ({
    state,
    count: slots.filter((slot) => slotState(slot) === state).length,
  }));
  const parts = [
    ...counts.filter(({ count }) => count > 0).map(({ state, count }) => `${count} ${STATE_NAMES[state]}`),
    ...blockedRanges(slots).map((range) => `${formatMinuteRange(range)} blocked`),
  ];
  return parts.join(', ') || 'No slots';
}
