import type { Cached } from '../../api/cached.ts';
import { addDays, weekStart } from '../../calendar-dates.ts';
import { Icon } from '../../components/icon.tsx';
import { UpdatedAgo } from '../../components/updated-ago.tsx';
import { formatDateRange } from '../../format.ts';

interface Props {
  readonly start: string;
  readonly today: string;
  readonly cached: Cached<unknown> | undefined;
  readonly error: Error | null;
  readonly onWeek: (start: string) => void;
}

/** The dates of the week, and the buttons that open other weeks. */
export function WeekHeader({ start, today, cached, error, onWeek }: Props) {
  return (
    <div className="week-header">
      <h2>{formatDateRange(start, addDays(start, 6))}</h2>
      <UpdatedAgo cached={cached} error={error} />
      <div className="actions">
        <button
          type="button"
          className="plain round"
          aria-label="Previous week"
          onClick={() => onWeek(addDays(start, -7))}
        >
          <Icon name="left" />
        </button>
        <button type="button" onClick={() => onWeek(weekStart(today))}>
          Today
        </button>
        <button type="button" className="plain round" aria-label="Next week" onClick={() => onWeek(addDays(start, 7))}>
          <Icon name="right" />
        </button>
      </div>
    </div>
  );
}
