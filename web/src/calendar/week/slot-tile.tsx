import type { CSSProperties } from 'react';
import { useClientName } from '../../api/use-people.ts';
import { Icon, type IconName } from '../../components/icon.tsx';
import { formatMinuteRange, formatMinutes, type MinuteRange } from '../wall-time.ts';
import { STATE_NAMES, slotState, type WeekSlot } from './week-slot.ts';

interface Props {
  readonly slot: WeekSlot;
  readonly style: CSSProperties;
}

/** Lines of text that fit into a tile of this length. */
function linesIn({ fromMin, untilMin }: MinuteRange): number {
  const lengthMin = untilMin - fromMin;
  if (lengthMin < 12) return 0;
  return lengthMin < 30 ? 1 : 2;
}

/** A slot in its place of the day, with the time of a free slot or the clients of a taken one. */
export function SlotTile({ slot, style }: Props) {
  const state = slotState(slot);
  const lines = linesIn(slot);
  const description = describeSlot(slot);
  const isTaken = state === 'held' || state === 'confirmed';
  return (
    <span
      className="week-slot"
      data-state={state}
      data-lines={lines}
      data-partly-taken={(state === 'free' && slot.reservations.length > 0) || undefined}
      title={`${formatMinuteRange(slot)}, ${description}`}
      style={style}
    >
      {isTaken ? (
        <>
          <Clients slot={slot} icon={state === 'held' ? 'clock' : 'check'} />
          <span className={lines > 1 ? 'week-slot-description' : 'visually-hidden'}>{description}</span>
        </>
      ) : (
        <>
          {/* Screen readers learn of free slots from the description of the day. */}
          <span aria-hidden="true">
            {slot.capacity > 1 && state === 'free' ? description : formatMinutes(slot.fromMin)}
          </span>
          {slot.reservations.length > 0 && <Clients slot={slot} />}
        </>
      )}
    </span>
  );
}

export function BlockedTile({ range, style }: { readonly range: MinuteRange; readonly style: CSSProperties }) {
  return (
    <span
      className="week-slot"
      data-state="blocked"
      data-lines={linesIn(range)}
      title={`${formatMinuteRange(range)}, ${STATE_NAMES.blocked}`}
      style={style}
    >
      <span aria-hidden="true">Blocked</span>
    </span>
  );
}

interface ClientsProps {
  readonly slot: WeekSlot;
  readonly icon?: IconName;
}

/** The first client of a slot, and how many more there are. A slot may have hundreds, and each name is a request. */
function Clients({ slot, icon }: ClientsProps) {
  const [first, ...others] = slot.reservations;
  if (first === undefined) return null;
  return (
    <span className="week-slot-clients">
      {icon && <Icon name={icon} />}
      <span className="visually-hidden">{formatMinuteRange(slot)}: </span>
      <ClientName clientId={first.client_id} />
      {others.length > 0 && <span aria-hidden="true">+{others.length}</span>}
      {others.length > 0 && <span className="visually-hidden">and {others.length} more</span>}
    </span>
  );
}

function ClientName({ clientId }: { readonly clientId: number }) {
  const name = useClientName(clientId);
  return (
    <span className="week-slot-name" title={name}>
      {name}
    </span>
  );
}

/** `3 of 8 free`, `on hold`, or `5 confirmed, 3 on hold`. */
function describeSlot(slot: WeekSlot): string {
  const { capacity, remaining, reservations } = slot;
  const state = slotState(slot);
  if (state === 'free' && capacity > 1) return `${remaining} of ${capacity} free`;
  if (capacity === 1 || state === 'free' || state === 'past') return STATE_NAMES[state];
  const placesByStatus = (['confirmed', 'held'] as const).map((status) => ({
    status,
    places: reservations.filter((each) => each.status === status).reduce((sum, { quantity }) => sum + quantity, 0),
  }));
  return placesByStatus
    .filter(({ places }) => places > 0)
    .map(({ status, places }) => `${places} ${STATE_NAMES[status]}`)
    .join(', ');
}
