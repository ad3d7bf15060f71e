import { type CSSProperties, useEffect, useRef } from 'react';
import { addDays } from '../calendar-dates.ts';
import { dateLong, shortDay } from '../format.ts';
import { BlockedMark, SlotMark } from './slot-tile.tsx';
import { useMarking } from './use-time-selection.ts';
import { type MinuteRange, writtenMinutes, writtenRange } from './wall-time.ts';
import { blockedOf, type SlotState, type Stretch, stateOf, type WeekSlot } from './week-slots.ts';

interface Props {
  readonly start: string;
  readonly today: string;
  readonly slots: readonly WeekSlot[];
  readonly stretch: Stretch | undefined;
  readonly onStretch: (stretch: Stretch) => void;
}

const HOUR_MIN = 60;

/** A week by the provider's clock, of which a part of a day can be marked. */
export function WeekGrid({ start, today, slots, stretch, onStretch }: Props) {
  const dates = Array.from({ length: 7 }, (_, index) => addDays(start, index));
  const shown = slots.filter(({ date }) => dates.includes(date));
  const earliest = Math.min(8 * HOUR_MIN, ...shown.map(({ fromMin }) => fromMin));
  const latest = Math.max(18 * HOUR_MIN, ...shown.map(({ untilMin }) => untilMin));
  const firstHour = Math.floor(earliest / HOUR_MIN);
  const lastHour = Math.ceil(latest / HOUR_MIN);
  const hours = Array.from({ length: lastHour - firstHour }, (_, index) => firstHour + index);
  const scroll = useRef<HTMLDivElement>(null);
  const marked = stretch?.date;
  useEffect(() => {
    const element = scroll.current;
    const column = element?.querySelector<HTMLElement>(`[data-date="${marked}"]`);
    if (!element || !column) return;
    // On a phone a week is wider than the screen.
    const { left, width } = column.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    if (left < box.left || left + width > box.right) element.scrollLeft += left - box.left - width;
  }, [marked]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section ref={scroll} className="week-scroll" aria-label="Days by their hours" tabIndex={0}>
      <div className="week" style={{ '--hours': hours.length } as CSSProperties}>
        <div className="week-hours" aria-hidden="true">
          {hours.map((hour) => (
            <span key={hour}>{writtenMinutes(hour * HOUR_MIN)}</span>
          ))}
        </div>
        {dates.map((date) => (
          <Day
            key={date}
            date={date}
            isToday={date === today}
            firstMin={firstHour * HOUR_MIN}
            lengthMin={hours.length * HOUR_MIN}
            slots={shown.filter((slot) => slot.date === date)}
            stretch={stretch?.date === date ? stretch : undefined}
            onStretch={onStretch}
          />
        ))}
      </div>
    </section>
  );
}

interface DayProps {
  readonly date: string;
  readonly isToday: boolean;
  readonly firstMin: number;
  readonly lengthMin: number;
  readonly slots: readonly WeekSlot[];
  readonly stretch: Stretch | undefined;
  readonly onStretch: (stretch: Stretch) => void;
}

function Day({ date, isToday, firstMin, lengthMin, slots, stretch, onStretch }: DayProps) {
  const { column, range, handlers } = useMarking({
    firstMin,
    lengthMin,
    marked: stretch,
    onMark: ({ fromMin, untilMin }) => onStretch({ date, fromMin, untilMin }),
  });
  const shown = range ?? stretch;
  const placed = ({ fromMin, untilMin }: MinuteRange): CSSProperties => ({
    top: `${((fromMin - firstMin) / lengthMin) * 100}%`,
    height: `${((untilMin - fromMin) / lengthMin) * 100}%`,
  });
  return (
    <section className="week-day" aria-label={dateLong(date)} data-today={isToday || undefined}>
      <h3>{shortDay(`${date}T12:00:00Z`, 'UTC')}</h3>
      <p className="unseen">{summaryOf(slots)}</p>
      <div ref={column} className="week-column" data-date={date} data-marking={range !== undefined} {...handlers}>
        {blockedOf(slots).map((blocked) => (
          <BlockedMark key={blocked.fromMin} range={blocked} style={placed(blocked)} />
        ))}
        {slots
          .filter((slot) => stateOf(slot) !== 'blocked')
          .map((slot) => (
            <SlotMark key={slot.slot_id} slot={slot} style={placed(slot)} />
          ))}
        {shown && (
          <span className="week-stretch" style={placed(shown)}>
            <span className="week-stretch-time">{writtenRange(shown)}</span>
            <span className="grip" data-grip="from" />
            <span className="grip" data-grip="until" />
          </span>
        )}
      </div>
    </section>
  );
}

const STATES: readonly SlotState[] = ['free', 'held', 'confirmed', 'past'];

/** The day in a sentence, for whoever does not see it. */
function summaryOf(slots: readonly WeekSlot[]): string {
  const counts = STATES.map((state) => [slots.filter((slot) => stateOf(slot) === state).length, state] as const);
  const said = counts.filter(([count]) => count > 0).map(([count, state]) => `${count} ${state}`);
  const blocked = blockedOf(slots).map((range) => `${writtenRange(range)} blocked`);
  return [...said, ...blocked].join(', ') || 'No time posted';
}
