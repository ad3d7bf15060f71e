import { type CSSProperties, type PointerEvent, useEffect, useRef, useState } from 'react';
import { addDays } from '../book/month.ts';
import { dateLong, shortDay } from '../written.ts';
import { hourName, type PlacedSlot, writtenMinutes } from './week-slots.ts';

/** A stretch of one day, in minutes since midnight. */
export interface Stretch {
  readonly date: string;
  readonly fromMin: number;
  readonly untilMin: number;
}

interface Props {
  readonly start: string;
  readonly today: string;
  readonly slots: readonly PlacedSlot[];
  readonly stretch: Stretch | undefined;
  readonly onStretch: (stretch: Stretch) => void;
}

const SNAP_MIN = 15;
const TAPPED_MIN = 60;
const HOUR_MIN = 60;

/** A week by the provider's clock. A drag over a day marks a stretch of it; a tap marks an hour. */
export function WeekGrid({ start, today, slots, stretch, onStretch }: Props) {
  const earliest = Math.min(8 * HOUR_MIN, ...slots.map(({ fromMin }) => fromMin));
  const latest = Math.max(18 * HOUR_MIN, ...slots.map(({ untilMin }) => untilMin));
  const firstHour = Math.floor(earliest / HOUR_MIN);
  const lastHour = Math.ceil(latest / HOUR_MIN);
  const hours = Array.from({ length: lastHour - firstHour }, (_, index) => firstHour + index);
  const dates = Array.from({ length: 7 }, (_, index) => addDays(start, index));
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
            <span key={hour}>{hourName(hour)}</span>
          ))}
        </div>
        {dates.map((date) => (
          <Day
            key={date}
            date={date}
            isToday={date === today}
            firstMin={firstHour * HOUR_MIN}
            lengthMin={hours.length * HOUR_MIN}
            slots={slots.filter((slot) => slot.date === date)}
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
  readonly slots: readonly PlacedSlot[];
  readonly stretch: Stretch | undefined;
  readonly onStretch: (stretch: Stretch) => void;
}

function Day({ date, isToday, firstMin, lengthMin, slots, stretch, onStretch }: DayProps) {
  const column = useRef<HTMLDivElement>(null);
  const [fromMin, setFromMin] = useState<number>();
  const [untilMin, setUntilMin] = useState<number>();

  const minuteAt = ({ clientY }: PointerEvent, round: (value: number) => number) => {
    const box = column.current?.getBoundingClientRect();
    if (box === undefined) return firstMin;
    const part = Math.min(Math.max((clientY - box.top) / box.height, 0), 1);
    return firstMin + round((part * lengthMin) / SNAP_MIN) * SNAP_MIN;
  };
  const dragged = fromMin === undefined || untilMin === undefined ? undefined : ordered(date, fromMin, untilMin);
  const shown = dragged ?? stretch;
  const at = (minute: number) => `${((minute - firstMin) / lengthMin) * 100}%`;
  const high = (minutes: number) => `${(minutes / lengthMin) * 100}%`;

  return (
    <section className="week-day" aria-label={dateLong(date)} data-today={isToday || undefined}>
      <h3>{shortDay(`${date}T12:00:00Z`, 'UTC')}</h3>
      <div
        ref={column}
        className="week-column"
        data-date={date}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          // A finger scrolls; it marks by a tap.
          if (event.pointerType !== 'touch') event.currentTarget.setPointerCapture(event.pointerId);
          const minute = minuteAt(event, Math.floor);
          setFromMin(minute);
          setUntilMin(minute);
        }}
        onPointerMove={(event) => {
          if (fromMin === undefined || event.pointerType === 'touch') return;
          const minute = minuteAt(event, Math.ceil);
          setUntilMin(minute <= fromMin ? minuteAt(event, Math.floor) : minute);
        }}
        onPointerUp={(event) => {
          if (dragged) {
            const isTap = dragged.untilMin - dragged.fromMin <= SNAP_MIN && event.pointerType === 'touch';
            const isClick = dragged.untilMin === dragged.fromMin;
            onStretch(isTap || isClick ? { ...dragged, untilMin: dragged.fromMin + TAPPED_MIN } : dragged);
          }
          setFromMin(undefined);
          setUntilMin(undefined);
        }}
        onPointerCancel={() => setFromMin(undefined)}
      >
        {slots.map((slot) => (
          <span
            key={slot.slot_id}
            className="week-slot"
            data-free={slot.is_available || undefined}
            title={`${writtenMinutes(slot.fromMin)}–${writtenMinutes(slot.untilMin)}, ${saidOf(slot)}`}
            style={{ top: at(slot.fromMin), height: high(slot.untilMin - slot.fromMin) }}
          />
        ))}
        {shown && (
          <span
            className="week-stretch"
            style={{ top: at(shown.fromMin), height: high(Math.max(shown.untilMin - shown.fromMin, SNAP_MIN)) }}
          >
            {writtenMinutes(shown.fromMin)}–{writtenMinutes(shown.untilMin)}
          </span>
        )}
      </div>
      <p className="unseen">
        {slots.length === 0
          ? 'No time posted'
          : `${slots.length} slots, ${slots.filter(({ is_available }) => is_available).length} of them free`}
      </p>
    </section>
  );
}

function saidOf({ remaining, capacity, is_available }: PlacedSlot): string {
  if (!is_available) return 'taken, blocked or past';
  return capacity === 1 ? 'free' : `${remaining} of ${capacity} free`;
}

function ordered(date: string, a: number, b: number): Stretch {
  return { date, fromMin: Math.min(a, b), untilMin: Math.max(a, b) };
}
