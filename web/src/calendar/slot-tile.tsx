import type { CSSProperties } from 'react';
import { useClientName } from '../api/use-people.ts';
import { Icon, type IconName } from '../components/icon.tsx';
import { type MinuteRange, writtenMinutes, writtenRange } from './wall-time.ts';
import { stateOf, type WeekSlot } from './week-slots.ts';

interface Props {
  readonly slot: WeekSlot;
  readonly style: CSSProperties;
}

/** Lines of a label that a slot of this length has the height for. */
function linesIn({ fromMin, untilMin }: MinuteRange): number {
  const lengthMin = untilMin - fromMin;
  return lengthMin < 12 ? 0 : lengthMin < 30 ? 1 : 2;
}

/** A slot in its place of the day: what can be done with it, or who has it. */
export function SlotMark({ slot, style }: Props) {
  const state = stateOf(slot);
  const lines = linesIn(slot);
  const said = saidOf(slot);
  const isTaken = state === 'held' || state === 'confirmed';
  return (
    <span
      className="week-slot"
      data-state={state}
      data-lines={lines}
      data-partly={(state === 'free' && slot.reservations.length > 0) || undefined}
      title={`${writtenRange(slot)}, ${said}`}
      style={style}
    >
      {isTaken ? (
        <>
          <Takers slot={slot} icon={state === 'held' ? 'clock' : 'check'} />
          <span className={lines > 1 ? 'week-slot-said' : 'unseen'}>{said}</span>
        </>
      ) : (
        <>
          {/* The day's summary tells of these. */}
          <span aria-hidden="true">{slot.capacity > 1 && state === 'free' ? said : writtenMinutes(slot.fromMin)}</span>
          {slot.reservations.length > 0 && <Takers slot={slot} />}
        </>
      )}
    </span>
  );
}

/** Time that was taken back. */
export function BlockedMark({ range, style }: { readonly range: MinuteRange; readonly style: CSSProperties }) {
  return (
    <span
      className="week-slot"
      data-state="blocked"
      data-lines={linesIn(range)}
      title={`${writtenRange(range)}, blocked`}
      style={style}
    >
      <span aria-hidden="true">Blocked</span>
    </span>
  );
}

/** Who has a slot: the first one and how many more. A slot may have hundreds, and each name would be asked for. */
function Takers({ slot, icon }: { readonly slot: WeekSlot; readonly icon?: IconName }) {
  const [first, ...more] = slot.reservations;
  if (first === undefined) return null;
  return (
    <span className="week-slot-who">
      {icon && <Icon name={icon} />}
      <span className="unseen">{writtenRange(slot)}: </span>
      <Taker clientId={first.client_id} className="week-slot-name" />
      {more.length > 0 && <span aria-hidden="true">+{more.length}</span>}
      {more.length > 0 && <span className="unseen">and {more.length} more</span>}
    </span>
  );
}

function Taker({ clientId, className }: { readonly clientId: number; readonly className: string }) {
  const name = useClientName(clientId);
  return (
    <span className={className} title={name}>
      {name}
    </span>
  );
}

function saidOf(slot: WeekSlot): string {
  const { capacity, remaining, reservations } = slot;
  const state = stateOf(slot);
  if (state === 'past') return 'past, not booked';
  if (state === 'free') return capacity === 1 ? 'free' : `${remaining} of ${capacity} free`;
  if (capacity === 1) return state;
  const units = (status: string) =>
    reservations.filter((each) => each.status === status).reduce((sum, { quantity }) => sum + quantity, 0);
  const counts = (['confirmed', 'held'] as const).map((status) => [units(status), status] as const);
  return counts
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}`)
    .join(', ');
}
