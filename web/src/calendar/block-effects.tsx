import type { Reservation } from '../api/resources.ts';
import { serverNowMs } from '../api/server-clock.ts';
import { useClientName } from '../api/use-people.ts';
import { Icon } from '../components/icon.tsx';
import { dateIn, shortDay } from '../format.ts';
import { minutesIn, writtenMinutes } from './wall-time.ts';

/** What blocking does with a reservation, or has done. */
type Effect = 'keep' | 'cancel' | 'cancelled';

interface Props {
  readonly label: string;
  readonly reservations: readonly Reservation[];
  readonly effect: Effect;
  readonly timeZone: string;
}

const FIT_WITHOUT_SCROLLING = 2;

/** What becomes of each reservation, by its start. */
export function BlockEffects({ label, reservations, effect, timeZone }: Props) {
  const sorted = [...reservations].sort(
    (a, b) => a.start_time.localeCompare(b.start_time) || a.reservation_id - b.reservation_id,
  );
  return (
    <ul
      className="effects"
      aria-label={label}
      // What scrolls must be reached by the keyboard.
      tabIndex={sorted.length > FIT_WITHOUT_SCROLLING ? 0 : undefined}
    >
      {sorted.map((each) => (
        <Row key={each.reservation_id} reservation={each} effect={effect} timeZone={timeZone} />
      ))}
    </ul>
  );
}

interface RowProps {
  readonly reservation: Reservation;
  readonly effect: Effect;
  readonly timeZone: string;
}

function Row({ reservation, effect, timeZone }: RowProps) {
  const { client_id, start_time, end_time, quantity, status } = reservation;
  const name = useClientName(client_id);
  const isKept = effect === 'keep';
  return (
    <li data-tone={isKept ? status : 'cancelled'}>
      <Icon name={!isKept ? 'close' : status === 'held' ? 'clock' : 'check'} />
      <span className="effect-time">
        {clockOf(start_time, timeZone)}–{clockOf(end_time, timeZone)}
      </span>
      <span className="effect-who">
        {name}
        {quantity > 1 && <span className="hint"> · {quantity} places</span>}
      </span>
      <span className="effect-said">{saidOf(reservation, effect, timeZone)}</span>
    </li>
  );
}

function saidOf({ status, expires_at }: Reservation, effect: Effect, timeZone: string): string {
  const isHeld = status === 'held';
  if (effect === 'cancelled') return 'Cancelled, and the client sees it';
  if (effect === 'cancel') return `${isHeld ? 'Hold cancelled' : 'Cancelled'}, the client sees it at once`;
  if (!isHeld) return 'Kept, still comes';
  return `The hold goes on until ${untilOf(expires_at, timeZone)}, and can be confirmed`;
}

/** With its day where that is not today's. */
function untilOf(expiresAt: string, timeZone: string): string {
  const time = clockOf(expiresAt, timeZone);
  const isToday = dateIn(expiresAt, timeZone) === dateIn(serverNowMs(), timeZone);
  return isToday ? time : `${shortDay(expiresAt, timeZone)}, ${time}`;
}

function clockOf(instant: string, timeZone: string): string {
  return writtenMinutes(minutesIn(instant, timeZone));
}
