import { useMemo } from 'react';
import { experienceDatesQuery } from '../api/queries.ts';
import type { ExperienceDate, Reservation } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { isNotFound, NotFound } from '../components/not-found.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { dateIn, formatBareAmount, formatMoney } from '../format.ts';
import { useAddressParams } from '../shell/addresses.ts';
import { DaySlots } from './day-slots.tsx';
import { type DayMark, MonthGrid } from './month-grid.tsx';
import { useExperienceSlots, useExperienceZone } from './use-experience-slots.ts';

interface Props {
  readonly id: number;
  readonly rescheduleId: number | undefined;
  readonly onHeld: (reservation: Reservation) => void;
  readonly onChoose: () => void;
}

/** An experience's days with the lowest price of each, by the supplier's calendar, and the times of the chosen day. */
export function ExperienceDays({ id, rescheduleId, onHeld, onChoose }: Props) {
  const [params, changeParams] = useAddressParams();
  const timeZone = useExperienceZone(id);
  const dates = useCached(experienceDatesQuery(id));
  const { marks, currency } = useMemo(() => markDays(dates.body?.dates ?? []), [dates.body]);
  const date = params.day ?? [...marks.keys()][0];
  if (isNotFound(dates.error)) {
    return <NotFound thing={`experience ${id}`}>The experiences are listed above.</NotFound>;
  }
  if (dates.body === undefined) {
    if (dates.error) return <ProblemNotice error={dates.error} retry={dates.refresh} />;
    return (
      <div className="days">
        <Loading rows={8} label="Loading days" />
      </div>
    );
  }
  return (
    <div className="days">
      <MonthGrid
        today={dateIn(Date.now(), timeZone)}
        chosen={date}
        marks={marks}
        note={currency && `Lowest price of the day, in ${currency}`}
        onDay={(day) => changeParams({ day })}
      />
      {date === undefined ? (
        <EmptyState title="Nothing available in the next two months">
          New dates appear here as soon as the supplier offers them.
        </EmptyState>
      ) : (
        <ExperienceDay id={id} date={date} rescheduleId={rescheduleId} onHeld={onHeld} onChoose={onChoose} />
      )}
    </div>
  );
}

/** The days with their lowest prices and the currency of these. Days in several currencies are marked without prices. */
function markDays(dates: readonly ExperienceDate[]) {
  const [currency, ...otherCurrencies] = new Set(dates.map(({ price }) => price.currencyCode));
  const hasOneCurrency = otherCurrencies.length === 0;
  const marks = new Map<string, DayMark>(
    dates.map(({ date, price: { finalPrice, currencyCode } }) => {
      const note = hasOneCurrency ? formatBareAmount(finalPrice, currencyCode) : '';
      return [date, { note, description: `from ${formatMoney(finalPrice, currencyCode)}` }];
    }),
  );
  return { marks, currency: hasOneCurrency ? currency : undefined };
}

function ExperienceDay({ id, date, rescheduleId, onHeld, onChoose }: Props & { readonly date: string }) {
  const day = useExperienceSlots(id, date);
  return (
    <DaySlots
      date={date}
      slots={day.slots}
      otherSlots={[]}
      isReady={day.isReady}
      cached={day.cached}
      error={day.error}
      onRetry={day.refresh}
      rescheduleId={rescheduleId}
      onHeld={onHeld}
      onChoose={onChoose}
      onDay={() => {}}
    />
  );
}
