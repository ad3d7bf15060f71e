import type { Reservation } from '../../api/resources.ts';
import { serverNowMs } from '../../api/server-clock.ts';
import { useClientName } from '../../api/use-people.ts';
import { Icon } from '../../components/icon.tsx';
import { dateIn, formatQuantity, formatShortDay } from '../../format.ts';
import { formatMinutes, minutesIn } from '../wall-time.ts';

/** The effect of blocking on a reservation: to come (`keep`, `cancel`) or done (`cancelled`). */
type Effect = 'keep' | 'cancel' | 'cancelled';

interface Props {
  readonly label: string;
  readonly reservations: readonly Reservation[];
  readonly effect: Effect;
  readonly timeZone: string;
}

const MAX_ROWS_WITHOUT_SCROLLING = 2;

/** The effect of blocking on each reservation, by start. */
export function BlockEffects({ label, reservations, effect, timeZone }: Props) {
  const sorted = [...reservations].sort(
    (a, b) => a.start_time.localeCompare(b.start_time) || a.reservation_id - b.reservation_id,
  );
  return (
    <ul
      className="effects"
      aria-label={label}
      // Keyboard users must be able to scroll it.
      tabIndex={sorted.length > MAX_ROWS_WITHOUT_SCROLLING ? 0 : undefined}
    >
      {sorted.map((reservation) => (
        <EffectRow key={reservation.reservation_id} reservation={reservation} effect={effect} timeZone={timeZone} />
      ))}
    </ul>
  );
}

interface RowProps {
  readonly reservation: Reservation;
  readonly effect: Effect;
  readonly timeZone: string;
}

function EffectRow({ reservation, effect, timeZone }: RowProps) {
  const { client_id, start_time, end_time, quantity, status } = reservation;
  const name = useClientName(client_id);
  const isKept = effect === 'keep';
  return (
    <li data-tone={isKept ? status : 'cancelled'}>
      <Icon name={!isKept ? 'close' : status === 'held' ? 'clock' : 'check'} />
      <span className="effect-time">
        {clockTime(start_time, timeZone)}–{clockTime(end_time, timeZone)}
      </span>
      <span className="effect-client">
        {name}
        {quantity > 1 && <span className="hint"> · {formatQuantity(quantity, 'place')}</span>}
      </span>
      <span className="effect-description">{describeEffect(reservation, effect, timeZone)}</span>
    </li>
  );
}

function describeEffect({ status, expires_at }: Reservation, effect: Effect, timeZone: string): string {
  const isHeld = status === 'held';
  if (effect === 'cancelled') return 'Cancelled. The client can see it.';
  if (effect === 'cancel')
    return `${isHeld ? 'Hold will be cancelled' : 'Will be cancelled'}. The client sees it right away.`;
  if (!isHeld) return 'Stays confirmed';
  return `On hold until ${expiryTime(expires_at, timeZone)}, can still be confirmed`;
}

/** With the day, unless it is today. */
function expiryTime(expiresAt: string, timeZone: string): string {
  const time = clockTime(expiresAt, timeZone);
  const isToday = dateIn(expiresAt, timeZone) === dateIn(serverNowMs(), timeZone);
  return isToday ? time : `${formatShortDay(expiresAt, timeZone)}, ${time}`;
}

function clockTime(instant: string, timeZone: string): string {
  return formatMinutes(minutesIn(instant, timeZone));
}
