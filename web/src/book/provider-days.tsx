import { useMemo } from 'react';
import { providerQuery } from '../api/queries.ts';
import type { Provider, Reservation } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { isNotFound, NotFound } from '../components/not-found.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { dateIn, formatQuantity } from '../format.ts';
import { useAddressParams } from '../shell/addresses.ts';
import { DaySlots } from './day-slots.tsx';
import { type DayMark, MonthGrid } from './month-grid.tsx';
import { providerSlot } from './offered-slot.ts';
import { useDaySlots, useFreeTimes } from './use-free-slots.ts';

interface Props {
  readonly provider: Provider;
  readonly rescheduleId: number | undefined;
  readonly onHeld: (reservation: Reservation) => void;
  readonly onChoose: () => void;
}

interface UnlistedProps extends Omit<Props, 'provider'> {
  readonly id: number;
}

/** Days of a provider that is in the address but not in the first page of providers. It may not exist. */
export function UnlistedProviderDays({ id, rescheduleId, onHeld, onChoose }: UnlistedProps) {
  const { body, error, refresh } = useCached(providerQuery(id));
  if (isNotFound(error)) return <NotFound thing={`provider ${id}`}>The providers are listed above.</NotFound>;
  if (body !== undefined)
    return <ProviderDays provider={body} rescheduleId={rescheduleId} onHeld={onHeld} onChoose={onChoose} />;
  return error ? <ProblemNotice error={error} retry={refresh} /> : <Loading rows={8} label="Loading the provider" />;
}

/** A provider's days with free time, by the provider's calendar, and the times of the chosen day. */
export function ProviderDays({ provider, rescheduleId, onHeld, onChoose }: Props) {
  const [params, changeParams] = useAddressParams();
  const free = useFreeTimes(provider);
  const marks = useMemo(() => markDays(free.byDay), [free.byDay]);
  const date = params.day ?? [...marks.keys()][0];
  if (free.body === undefined) {
    if (free.error) return <ProblemNotice error={free.error} retry={free.refresh} />;
    return (
      <div className="days">
        <Loading rows={8} label="Loading days" />
      </div>
    );
  }
  return (
    <div className="days">
      <MonthGrid
        today={dateIn(Date.now(), provider.time_zone)}
        chosen={date}
        marks={marks}
        onDay={(day) => changeParams({ day, provider: provider.provider_id })}
      />
      {date === undefined ? (
        <EmptyState title={`${provider.first_name} has no free time right now`}>
          New times appear here as soon as they are offered.
        </EmptyState>
      ) : (
        <ProviderDay
          provider={provider}
          date={date}
          free={free}
          rescheduleId={rescheduleId}
          onHeld={onHeld}
          onChoose={onChoose}
        />
      )}
    </div>
  );
}

function markDays(byDay: ReturnType<typeof useFreeTimes>['byDay']): Map<string, DayMark> {
  const days = [...byDay].sort(([a], [b]) => a.localeCompare(b));
  return new Map(
    days.map(([date, { length }]) => [date, { note: '', description: `${formatQuantity(length, 'time')} available` }]),
  );
}

interface DayProps extends Props {
  readonly date: string;
  readonly free: ReturnType<typeof useFreeTimes>;
}

function ProviderDay({ provider, date, free, rescheduleId, onHeld, onChoose }: DayProps) {
  const [, changeParams] = useAddressParams();
  const day = useDaySlots(provider, date, free.byDay.get(date));
  const otherSlots = useMemo(
    () =>
      (free.timeslots ?? []).map((timeslot) =>
        providerSlot(timeslot, provider.time_zone, { id: timeslot.timeslot_id, remaining: 1, price: null }),
      ),
    [free.timeslots, provider.time_zone],
  );
  return (
    <DaySlots
      date={date}
      slots={day.slots}
      otherSlots={otherSlots}
      isReady={day.body !== undefined}
      cached={day.cached}
      error={day.error}
      onRetry={day.refresh}
      rescheduleId={rescheduleId}
      onHeld={onHeld}
      onChoose={onChoose}
      onDay={(chosenDay) => {
        if (chosenDay !== date) changeParams({ day: chosenDay });
      }}
    />
  );
}
