import { useMemo } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { experienceDates } from '../api/queries.ts';
import type { ExperienceDate, Reservation } from '../api/resources.ts';
import { useKnown } from '../api/use-cached.ts';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { bareAmount, money } from '../format.ts';
import { amend, dateOf, usePlace } from '../shell/router.ts';
import { DayChoice } from './day-slots.tsx';
import { type DayMark, MonthGrid } from './month-grid.tsx';
import { useExperienceSlots } from './use-experience-slots.ts';

interface Props {
  readonly id: number;
  readonly moving: number | undefined;
  readonly onHeld: (reservation: Reservation) => void;
}

/** Days on which an experience can be had, with the lowest price of each; by the calendar where it takes place. */
export function ExperienceDays({ id, moving, onHeld }: Props) {
  const { query } = usePlace();
  const dates = useKnown(experienceDates(id));
  const { marks, currency } = useMemo(() => marksOf(dates.body?.dates ?? []), [dates.body]);
  const date = dateOf(query, 'day') ?? [...marks.keys()][0];
  if (dates.body === undefined) {
    if (dates.error instanceof HoldfastProblem && dates.error.status === 404) {
      return <Empty title={`There is no experience ${id} here.`}>Look at its number, or choose another one.</Empty>;
    }
    return dates.error ? (
      <Problem error={dates.error} retry={dates.refresh} />
    ) : (
      <div className="days">
        <Loading rows={8} label="Looking up days" />
      </div>
    );
  }
  return (
    <div className="days">
      <MonthGrid
        chosen={date}
        marks={marks}
        note={currency && `Lowest price of the day, in ${currency}`}
        onDay={(day) => amend({ day })}
      />
      {date === undefined ? (
        <Empty title="Nothing can be had in the next two months.">
          It shows here as soon as the supplier has some.
        </Empty>
      ) : (
        <ExperienceDay id={id} date={date} moving={moving} onHeld={onHeld} />
      )}
    </div>
  );
}

/** The days with their lowest prices, and in which currency these are; without one, a day's number has none beneath. */
function marksOf(dates: readonly ExperienceDate[]) {
  const [currency, ...others] = new Set(dates.map(({ price }) => price.currencyCode));
  const isOne = others.length === 0;
  const marks = new Map<string, DayMark>(
    dates.map(({ date, price: { finalPrice, currencyCode } }) => {
      const note = isOne ? bareAmount(finalPrice, currencyCode) : '';
      return [date, { note, said: `from ${money(finalPrice, currencyCode)}` }];
    }),
  );
  return { marks, currency: isOne ? currency : undefined };
}

function ExperienceDay({ id, date, moving, onHeld }: Props & { readonly date: string }) {
  const day = useExperienceSlots(id, date);
  return (
    <DayChoice
      date={date}
      slots={day.slots}
      elsewhere={[]}
      timeZone={day.timeZone}
      isReady={day.isReady}
      known={day.known}
      error={day.error}
      onRetry={day.refresh}
      moving={moving}
      onHeld={onHeld}
      onDay={() => {}}
    />
  );
}
