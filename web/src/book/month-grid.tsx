import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { addDays, addMonths, monthOf, weekdayNames, weeksOf } from '../calendar-dates.ts';
import { Icon } from '../components/icon.tsx';
import { dateIn, dateLong, monthName } from '../format.ts';

export interface DayMark {
  /** Under the day's number, such as a price. */
  readonly note: string;
  /** For a screen reader. */
  readonly said: string;
}

interface Props {
  readonly chosen: string | undefined;
  /** Days on which something can be had. */
  readonly marks: ReadonlyMap<string, DayMark>;
  /** What is meant by what stands under the days' numbers. */
  readonly note?: string | undefined;
  readonly onDay: (date: string) => void;
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** A month in which one day is chosen; arrow keys walk through it. */
export function MonthGrid({ chosen, marks, note, onDay }: Props) {
  const [turnedTo, turnTo] = useState<string>();
  const today = dateIn(Date.now());
  const month = turnedTo ?? monthOf(chosen ?? today);
  const grid = useRef<HTMLTableElement>(null);
  const goTo = useRef<string | undefined>(undefined);
  const names = weekdayNames('short');
  const long = weekdayNames('long');
  const reachable = chosen !== undefined && monthOf(chosen) === month ? chosen : firstOf(month, marks);

  useEffect(() => {
    if (goTo.current === undefined) return;
    grid.current?.querySelector<HTMLButtonElement>(`[data-date="${goTo.current}"]`)?.focus();
    goTo.current = undefined;
  });

  const walk = (event: KeyboardEvent, date: string) => {
    const step = STEPS[event.key];
    const target =
      step !== undefined
        ? addDays(date, step)
        : event.key === 'PageDown'
          ? `${addMonths(month, 1)}-01`
          : event.key === 'PageUp'
            ? `${addMonths(month, -1)}-01`
            : undefined;
    if (target === undefined) return;
    event.preventDefault();
    if (monthOf(target) === month) {
      grid.current?.querySelector<HTMLButtonElement>(`[data-date="${target}"]`)?.focus();
      return;
    }
    goTo.current = target;
    turnTo(monthOf(target));
  };

  return (
    <section className="month" aria-label="Days">
      <div className="month-head">
        <h2 aria-live="polite">{monthName(month)}</h2>
        <div>
          <button
            type="button"
            className="plain round"
            aria-label="Month before"
            disabled={month <= monthOf(today)}
            onClick={() => turnTo(addMonths(month, -1))}
          >
            <Icon name="left" />
          </button>
          <button
            type="button"
            className="plain round"
            aria-label="Month after"
            onClick={() => turnTo(addMonths(month, 1))}
          >
            <Icon name="right" />
          </button>
        </div>
      </div>
      <table ref={grid}>
        <thead>
          <tr>
            {names.map((name, day) => (
              <th key={name} scope="col" abbr={long[day]}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
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
                    <button
                      type="button"
                      className="day"
                      data-date={date}
                      data-free={marks.has(date) || undefined}
                      aria-pressed={date === chosen}
                      aria-current={date === today ? 'date' : undefined}
                      aria-disabled={!marks.has(date)}
                      tabIndex={date === (reachable ?? `${month}-01`) ? 0 : -1}
                      onClick={() => marks.has(date) && onDay(date)}
                      onKeyDown={(event) => walk(event, date)}
                    >
                      <span className="day-number">{Number(date.slice(8))}</span>
                      <span className="day-note">{marks.get(date)?.note}</span>
                      {/* No label of its own: whoever names by voice what is seen must be understood. */}
                      <span className="unseen">
                        {dateLong(date)}: {marks.get(date)?.said ?? 'nothing free'}
                      </span>
                    </button>
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

function firstOf(month: string, marks: ReadonlyMap<string, DayMark>): string | undefined {
  return [...marks.keys()].filter((date) => monthOf(date) === month).sort()[0];
}
