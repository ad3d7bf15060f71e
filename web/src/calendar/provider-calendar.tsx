import { useRef, useState } from 'react';
import type { Provider } from '../api/resources.ts';
import { addDays, weekdayOf, weekStart } from '../calendar-dates.ts';
import { Loading } from '../components/loading.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { dateIn, formatShortDate } from '../format.ts';
import { useRights } from '../session/rights.ts';
import { useAddressParams } from '../shell/addresses.ts';
import { SelectionPanel } from './panel/selection-panel.tsx';
import { formatMinuteRange, isEmptyRange } from './wall-time.ts';
import { useWeekSlots } from './week/use-week-slots.ts';
import { WeekGrid } from './week/week-grid.tsx';
import { WeekHeader } from './week/week-header.tsx';
import { WeekLegend } from './week/week-legend.tsx';
import type { TimeSelection } from './week/week-slot.ts';

const INITIAL_FROM_MIN = 9 * 60;
const INITIAL_UNTIL_MIN = 12 * 60;

/** A provider's week, and the panel that offers or blocks the selected time for those who may. */
export function ProviderCalendar({ provider }: { readonly provider: Provider }) {
  const { time_zone: timeZone } = provider;
  const [params, changeParams] = useAddressParams();
  const { canOffer } = useRights();
  const today = dateIn(Date.now(), timeZone);
  const tomorrow = addDays(today, 1);
  const start = weekStart(params.week ?? tomorrow);
  // The selection is stored by weekday, so that it is always in the week that is shown.
  const [selected, setSelected] = useState({
    weekday: weekdayOf(tomorrow),
    fromMin: INITIAL_FROM_MIN,
    untilMin: INITIAL_UNTIL_MIN,
  });
  const { weekday, ...range } = selected;
  const selection: TimeSelection = { ...range, date: addDays(start, weekday) };
  const { slots, cached, error, refresh } = useWeekSlots(provider.provider_id, timeZone, start);
  const openWeek = (week: string) => changeParams({ week });
  const select = (changes: Partial<TimeSelection>) => {
    const { date, fromMin, untilMin } = { ...selection, ...changes };
    setSelected({ weekday: weekdayOf(date), fromMin, untilMin });
    if (weekStart(date) !== start) openWeek(weekStart(date));
  };
  const panel = useRef<HTMLElement>(null);
  const openPanel = () => {
    panel.current?.scrollIntoView({ block: 'start' });
    panel.current?.focus({ preventScroll: true });
  };

  return (
    <div className="calendar" data-read-only={!canOffer || undefined}>
      <section aria-label="Week" className="calendar-main">
        <WeekHeader start={start} today={today} cached={cached} error={error} onWeek={openWeek} />
        {error && <ProblemNotice error={error} retry={refresh} />}
        {slots === undefined && !error && <Loading rows={12} label="Loading the week" />}
        {slots && (
          <WeekGrid
            start={start}
            today={today}
            slots={slots}
            selection={canOffer ? selection : undefined}
            onSelect={select}
          />
        )}
        <WeekLegend timeZone={timeZone} />
        {/* On small screens the panel is below the week. */}
        {canOffer && (
          <div className="selection-bar">
            <p>
              <strong>{formatShortDate(selection.date)}</strong>{' '}
              {isEmptyRange(selection) ? '' : formatMinuteRange(selection)}
            </p>
            <button type="button" className="primary" onClick={openPanel}>
              Offer or block
            </button>
          </div>
        )}
      </section>
      {canOffer && <SelectionPanel ref={panel} provider={provider} selection={selection} onChange={select} />}
    </div>
  );
}
