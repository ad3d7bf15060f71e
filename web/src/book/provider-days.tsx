import { useMemo } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { providerOf } from '../api/queries.ts';
import type { Provider, Reservation } from '../api/resources.ts';
import { useKnown } from '../api/use-cached.ts';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { dateIn, VISITOR_ZONE } from '../format.ts';
import { amend, dateOf, usePlace } from '../shell/router.ts';
import { DayChoice } from './day-slots.tsx';
import { type DayMark, MonthGrid } from './month-grid.tsx';
import type { OfferedSlot } from './offered-slot.ts';
import { useDaySlots, useFreeTime } from './use-free-slots.ts';

interface Props {
  readonly provider: Provider;
  readonly moving: number | undefined;
  readonly onHeld: (reservation: Reservation) => void;
}

interface UnlistedProps extends Omit<Props, 'provider'> {
  readonly id: number;
}

/** Of a provider that an address names, and that is not among the first ones: there may be more of them, or no such. */
export function UnlistedProviderDays({ id, moving, onHeld }: UnlistedProps) {
  const { body, error, refresh } = useKnown(providerOf(id));
  if (body !== undefined) return <ProviderDays provider={body} moving={moving} onHeld={onHeld} />;
  if (error instanceof HoldfastProblem && error.status === 404) {
    return <Empty title={`There is no provider ${id} here.`}>Look at the number, or choose somebody else.</Empty>;
  }
  return error ? <Problem error={error} retry={refresh} /> : <Loading rows={8} label="Looking up the provider" />;
}

/** A provider's free days, by the visitor's clock. */
export function ProviderDays({ provider, moving, onHeld }: Props) {
  const { query } = usePlace();
  const free = useFreeTime(provider.provider_id);
  const marks = useMemo(
    () =>
      new Map<string, DayMark>(
        [...free.byDay].map(([date, slots]) => [date, { note: '', said: `${slots.length} times free` }]),
      ),
    [free.byDay],
  );
  const firstFree = [...marks.keys()].sort()[0];
  const date = dateOf(query, 'day') ?? firstFree;

  if (free.body === undefined) {
    return free.error ? (
      <Problem error={free.error} retry={free.refresh} />
    ) : (
      <div className="days">
        <Loading rows={8} label="Looking up free days" />
      </div>
    );
  }
  return (
    <div className="days">
      <MonthGrid chosen={date} marks={marks} onDay={(day) => amend({ day, provider: provider.provider_id })} />
      {date === undefined ? (
        <Empty title={`${provider.first_name} has no free time just now.`}>New time shows here as it is posted.</Empty>
      ) : (
        <ProviderDay provider={provider} date={date} free={free} moving={moving} onHeld={onHeld} />
      )}
    </div>
  );
}

interface DayProps extends Props {
  readonly date: string;
  readonly free: ReturnType<typeof useFreeTime>;
}

function ProviderDay({ provider, date, free, moving, onHeld }: DayProps) {
  const day = useDaySlots(provider.provider_id, date, free.byDay.get(date));
  const elsewhere = useMemo(
    () =>
      (free.body?.['available timeslots'] ?? []).map(
        ({ timeslot_id, start_time, end_time }): OfferedSlot => ({
          id: timeslot_id,
          zone: VISITOR_ZONE,
          day: dateIn(start_time),
          start: start_time,
          end: end_time,
          remaining: 1,
          price: null,
          pax: [],
          isAllDay: false,
        }),
      ),
    [free.body],
  );
  return (
    <DayChoice
      date={date}
      slots={day.slots}
      elsewhere={elsewhere}
      timeZone={provider.time_zone}
      isReady={day.body !== undefined}
      known={day.known}
      error={day.error}
      onRetry={day.refresh}
      moving={moving}
      onHeld={onHeld}
      onDay={(slot) => {
        if (slot.day !== date) amend({ day: slot.day });
      }}
    />
  );
}
