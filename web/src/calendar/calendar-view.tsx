import '../styles/calendar.css';
import { useRef, useState } from 'react';
import type { Provider } from '../api/resources.ts';
import { nameOf, useProviders } from '../api/use-people.ts';
import { addDays, weekdayOf, weekStart } from '../calendar-dates.ts';
import { Field } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { dateIn, shortDay, zoneName } from '../format.ts';
import { amend, dateOf, go, numberOf, usePlace } from '../shell/router.ts';
import { BlockTime } from './block-form.tsx';
import { NewProvider } from './new-provider-dialog.tsx';
import { PostTime } from './offer-form.tsx';
import { DAY_MIN, readMinutes, writtenMinutes, writtenRange } from './wall-time.ts';
import { WeekGrid } from './week-grid.tsx';
import { CalendarHead } from './week-header.tsx';
import { type SlotState, type Stretch, useWeekSlots } from './week-slots.ts';

/** A provider's calendar. */
export function ProviderView() {
  const { query } = usePlace();
  const { body, error, refresh } = useProviders();
  const [isAdding, setIsAdding] = useState(false);
  const asked = numberOf(query, 'provider');
  const provider = body?.providers.find(({ provider_id }) => provider_id === asked) ?? body?.providers[0];
  return (
    <div className="view">
      <div className="view-head">
        <h1>Calendar</h1>
        <div className="actions">
          {body && body.providers.length > 0 && (
            <select
              className="provider-choice"
              aria-label="Provider"
              value={provider?.provider_id}
              onChange={({ target }) => go('provider', { provider: target.value })}
            >
              {body.providers.map((each) => (
                <option key={each.provider_id} value={each.provider_id}>
                  {nameOf(each)}
                </option>
              ))}
            </select>
          )}
          <button type="button" onClick={() => setIsAdding(true)}>
            New provider
          </button>
        </div>
      </div>
      {isAdding && <NewProvider onClose={() => setIsAdding(false)} />}
      {body === undefined && (error ? <Problem error={error} retry={refresh} /> : <Loading rows={10} />)}
      {body?.providers.length === 0 && <Empty title="Nobody offers time yet.">Add the first provider.</Empty>}
      {provider && <Calendar key={provider.provider_id} provider={provider} />}
    </div>
  );
}

function Calendar({ provider }: { readonly provider: Provider }) {
  const { query } = usePlace();
  const { time_zone: timeZone } = provider;
  const today = dateIn(Date.now(), timeZone);
  const tomorrow = addDays(today, 1);
  const start = weekStart(dateOf(query, 'week') ?? tomorrow);
  // By its weekday, so that it is never on a week which is not on show.
  const [marked, setMarked] = useState({ weekday: weekdayOf(tomorrow), fromMin: 540, untilMin: 720 });
  const stretch: Stretch = { ...marked, date: addDays(start, marked.weekday) };
  const [mode, setMode] = useState<'post' | 'block'>('post');
  const { slots, known, error, refresh } = useWeekSlots(provider.provider_id, timeZone, start);
  const toWeek = (week: string) => amend({ week });
  const change = (next: Partial<Stretch>) => {
    const { date, fromMin, untilMin } = { ...stretch, ...next };
    setMarked({ weekday: weekdayOf(date), fromMin, untilMin });
    if (weekStart(date) !== start) toWeek(weekStart(date));
  };
  const panel = useRef<HTMLElement>(null);
  const toPanel = () => {
    panel.current?.scrollIntoView({ block: 'start' });
    panel.current?.focus({ preventScroll: true });
  };

  return (
    <div className="calendar">
      <section aria-label="Week" className="calendar-main">
        <CalendarHead start={start} today={today} known={known} error={error} onWeek={toWeek} />
        {error && <Problem error={error} retry={refresh} />}
        {slots === undefined && !error && <Loading rows={12} label="Looking up the week" />}
        {slots && <WeekGrid start={start} today={today} slots={slots} stretch={stretch} onStretch={change} />}
        <Legend zone={zoneName(timeZone)} />
        <div className="mark-bar">
          <p>
            <strong>{shortDay(`${stretch.date}T12:00:00Z`, 'UTC')}</strong> {writtenRange(stretch)}
          </p>
          <button type="button" className="primary" onClick={toPanel}>
            Post or block it
          </button>
        </div>
      </section>
      <aside ref={panel} tabIndex={-1} className="card panel" aria-label="The marked time">
        <fieldset className="tabs" aria-label="What to do with it">
          <button type="button" aria-pressed={mode === 'post'} onClick={() => setMode('post')}>
            Post time
          </button>
          <button type="button" aria-pressed={mode === 'block'} onClick={() => setMode('block')}>
            Block time
          </button>
        </fieldset>
        <Field label="Day">
          {(id) => (
            <input
              id={id}
              type="date"
              value={stretch.date}
              onChange={({ target }) => {
                if (target.value !== '') change({ date: target.value });
              }}
            />
          )}
        </Field>
        <div className="pair">
          <Field label="From">
            {(id) => (
              <input
                id={id}
                type="time"
                step={300}
                value={writtenMinutes(stretch.fromMin)}
                onChange={({ target }) => change({ fromMin: readMinutes(target.value) })}
              />
            )}
          </Field>
          <Field label="Until">
            {(id) => (
              <input
                id={id}
                type="time"
                step={300}
                value={writtenMinutes(stretch.untilMin % DAY_MIN)}
                onChange={({ target }) => change({ untilMin: readMinutes(target.value) || DAY_MIN })}
              />
            )}
          </Field>
        </div>
        {mode === 'post' ? (
          <PostTime provider={provider} stretch={stretch} />
        ) : (
          <BlockTime key={stretch.date + writtenRange(stretch)} provider={provider} stretch={stretch} />
        )}
      </aside>
    </div>
  );
}

const KEYS: readonly (readonly [SlotState, string])[] = [
  ['free', 'free'],
  ['held', 'held'],
  ['confirmed', 'confirmed'],
  ['blocked', 'blocked'],
  ['past', 'past, not booked'],
];

function Legend({ zone }: { readonly zone: string }) {
  return (
    <div className="hint legend">
      <ul className="keys" aria-label="What the marks mean">
        {KEYS.map(([state, name]) => (
          <li key={state}>
            <span className="key" data-state={state}>
              {state === 'held' && <Icon name="clock" />}
              {state === 'confirmed' && <Icon name="check" />}
            </span>
            {name}
          </li>
        ))}
      </ul>
      <p className="by-mouse">By the clock in {zone}. Drag over a day to mark a time.</p>
      <p className="by-touch">By the clock in {zone}. Tap a day, then pull the handles; or press, hold and drag.</p>
    </div>
  );
}
