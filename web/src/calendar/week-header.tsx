import type { Known } from '../api/cached.ts';
import { addDays, weekStart } from '../calendar-dates.ts';
import { Icon } from '../components/icon.tsx';
import { Age } from '../components/updated-ago.tsx';
import { fullDate, shortDay } from '../format.ts';

interface Props {
  readonly start: string;
  readonly today: string;
  readonly known: Known<unknown> | undefined;
  readonly error: Error | null;
  readonly onWeek: (start: string) => void;
}

/** Which week is on show, how old that is, and the way to others. */
export function CalendarHead({ start, today, known, error, onWeek }: Props) {
  return (
    <div className="calendar-head">
      <h2>
        {shortDay(`${start}T12:00:00Z`, 'UTC')} – {fullDate(`${addDays(start, 6)}T12:00:00Z`, 'UTC')}
      </h2>
      <Age known={known} error={error} />
      <div className="actions">
        <button
          type="button"
          className="plain round"
          aria-label="Week before"
          onClick={() => onWeek(addDays(start, -7))}
        >
          <Icon name="left" />
        </button>
        <button type="button" onClick={() => onWeek(weekStart(today))}>
          Today
        </button>
        <button type="button" className="plain round" aria-label="Week after" onClick={() => onWeek(addDays(start, 7))}>
          <Icon name="right" />
        </button>
      </div>
    </div>
  );
}
