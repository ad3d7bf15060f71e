import '../styles/month-grid.css';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { addDays, addMonths, monthOf, weekdayNames, weeksOf } from '../calendar-dates.ts';
import { Icon } from '../components/icon.tsx';
import { formatLongDate, formatMonth } from '../format.ts';

export interface DayMark {
  /** Beneath the day's number, such as a price. */
  readonly note: string;
  /** Read by screen readers. */
  readonly description: string;
}

interface Props {
  /** Today's date, by the calendar of the days. */
  readonly today: string;
  readonly chosen: string | undefined;
  /** Days that can be chosen, in ascending order. */
  readonly marks: ReadonlyMap<string, DayMark>;
  /** Explains the notes beneath the days' numbers. */
  readonly note?: string | undefined;
  readonly onDay: (date: string) => void;
}

/** A month in which the visitor chooses a day. Arrow keys move by days and weeks, Page Up and Page Down by months. */
export function MonthGrid({ today, chosen, marks, note, onDay }: Props) {
  const [shownMonth, setShownMonth] = useState<string>();
  const month = shownMonth ?? monthOf(chosen ?? today);
  const grid = useRef<HTMLTableElement>(null);
  const focusNext = useRef<string | undefined>(undefined);
  const isChosenShown = chosen !== undefined && monthOf(chosen) === month;
  // Only one day is in the tab order.
  const tabStop = isChosenShown ? chosen : (firstIn(month, marks) ?? `${month}-01`);

  const focusDay = (date: string) => {
    grid.current?.querySelector<HTMLButtonElement>(`[data-date="${date}"]`)?.focus();
  };
  useEffect(() => {
    if (focusNext.current === undefined) return;
    focusDay(focusNext.current);
    focusNext.current = undefined;
  });
  const onKeyDown = (event: KeyboardEvent, date: string) => {
    const target = dateByKey(event.key, date);
    if (target === undefined) return;
    event.preventDefault();
    if (monthOf(target) === month) {
      focusDay(target);
      return;
    }
    // The day is focused once its month is rendered.
    focusNext.current = target;
    setShownMonth(monthOf(target));
  };

  return (
    <section className="month" aria-label="Days">
      <MonthHead month={month} isFirst={month <= monthOf(today)} onMonth={setShownMonth} />
      <table ref={grid}>
        <WeekdayNames />
        <tbody>
          {weeksOf(month).map((week, number) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a month has six weeks, always in this order
            <tr key={number}>
              {week.map((date, day) =>
                date === undefined ? (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a week has seven days
                  <td key={day} />
                ) : (
                  <td key={date}>
                    <Day
                      date={date}
                      mark={marks.get(date)}
                      isChosen={date === chosen}
                      isToday={date === today}
                      isTabStop={date === tabStop}
                      onDay={onDay}
                      onKeyDown={onKeyDown}
                    />
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {note !== undefined && <p className="hint">{note}</p>}
    </section>
  );
}

const DAY_STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

function dateByKey(key: string, date: string): string | undefined {
  const days = DAY_STEPS[key];
  if (days !== undefined) return addDays(date, days);
  if (key === 'PageDown') return `${addMonths(monthOf(date), 1)}-01`;
  if (key === 'PageUp') return `${addMonths(monthOf(date), -1)}-01`;
  return undefined;
}

function firstIn(month: string, marks: ReadonlyMap<string, DayMark>): string | undefined {
  return [...marks.keys()].find((date) => monthOf(date) === month);
}

interface MonthHeadProps {
  readonly month: string;
  readonly isFirst: boolean;
  readonly onMonth: (month: string) => void;
}

function MonthHead({ month, isFirst, onMonth }: MonthHeadProps) {
  return (
    <div className="month-head">
      <h2 aria-live="polite">{formatMonth(month)}</h2>
      <div>
        <button
          type="button"
          className="plain round"
          aria-label="Previous month"
          disabled={isFirst}
          onClick={() => onMonth(addMonths(month, -1))}
        >
          <Icon name="left" />
        </button>
        <button
          type="button"
          className="plain round"
          aria-label="Next month"
          onClick={() => onMonth(addMonths(month, 1))}
        >
          <Icon name="right" />
        </button>
      </div>
    </div>
  );
}

function WeekdayNames() {
  const longNames = weekdayNames('long');
  return (
    <thead>
      <tr>
        {weekdayNames('short').map((name, day) => (
          <th key={name} scope="col" abbr={longNames[day]}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface DayProps {
  readonly date: string;
  /** `undefined` for a day that cannot be chosen. */
  readonly mark: DayMark | undefined;
  readonly isChosen: boolean;
  readonly isToday: boolean;
  readonly isTabStop: boolean;
  readonly onDay: (date: string) => void;
  readonly onKeyDown: (event: KeyboardEvent, date: string) => void;
}

function Day({ date, mark, isChosen, isToday, isTabStop, onDay, onKeyDown }: DayProps) {
  return (
    <button
      type="button"
      className="day"
      data-date={date}
      data-free={mark !== undefined || undefined}
      aria-pressed={isChosen}
      aria-current={isToday ? 'date' : undefined}
      aria-disabled={mark === undefined}
      tabIndex={isTabStop ? 0 : -1}
      onClick={() => mark !== undefined && onDay(date)}
      onKeyDown={(event) => onKeyDown(event, date)}
    >
      <span className="day-number">{Number(date.slice(8))}</span>
      <span className="day-note">{mark?.note}</span>
      {/* Not an aria-label: with voice control, visitors speak the text they see, so it must be in the name. */}
      <span className="visually-hidden">
        {formatLongDate(date)}: {mark?.description ?? 'nothing available'}
      </span>
    </button>
  );
}
