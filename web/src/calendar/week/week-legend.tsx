import { Icon } from '../../components/icon.tsx';
import { zoneName } from '../../format.ts';
import { type SlotState, STATE_NAMES } from './week-slot.ts';

const STATES: readonly SlotState[] = ['free', 'held', 'confirmed', 'blocked', 'past'];

/** The meaning of the colours, the zone of the times, and how to select a time. */
export function WeekLegend({ timeZone }: { readonly timeZone: string }) {
  const zone = zoneName(timeZone);
  return (
    <div className="hint legend">
      <ul className="keys" aria-label="Legend">
        {STATES.map((state) => (
          <li key={state}>
            <span className="key" data-state={state}>
              {state === 'held' && <Icon name="clock" />}
              {state === 'confirmed' && <Icon name="check" />}
            </span>
            {STATE_NAMES[state]}
          </li>
        ))}
      </ul>
      <p className="by-mouse">Times in {zone}. Drag over a day to select a time.</p>
      <p className="by-touch">Times in {zone}. Tap a day and pull the handles, or press, hold and drag.</p>
    </div>
  );
}
