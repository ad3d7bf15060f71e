import { formatQuantity } from '../../format.ts';
import { slotState, type WeekSlot } from '../week/week-slot.ts';

interface Props {
  /** Slots in the selected time. */
  readonly affected: readonly WeekSlot[];
  /** Some of them reach beyond it. */
  readonly isWider: boolean;
}

/** The effect of blocking a time on the slots in it. */
export function SlotEffects({ affected, isWider }: Props) {
  const blocked = affected.filter((slot) => slotState(slot) === 'blocked').length;
  const changed = affected.length - blocked;
  return (
    <div className="slot-effects">
      <h3>What changes</h3>
      {affected.length === 0 && <p>There are no slots in this time, so nothing changes.</p>}
      {affected.length > 0 && changed === 0 && <p>All of this time is already blocked.</p>}
      {changed > 0 && (
        <ul>
          <li>
            <strong>{formatQuantity(changed, 'slot')}</strong> will be blocked: {describeChanged(affected)}.
          </li>
          {blocked > 0 && (
            <li>
              <strong>{blocked}</strong> {blocked === 1 ? 'slot is' : 'slots are'} already blocked.
            </li>
          )}
          {isWider && <li>Slots that are only partly in this time are blocked as a whole.</li>}
        </ul>
      )}
    </div>
  );
}

/** `7 free, 3 with reservations`: the parts of the number of slots that the server then reports as blocked. */
function describeChanged(affected: readonly WeekSlot[]): string {
  const booked = affected.filter(({ reservations }) => reservations.length > 0).length;
  const unbooked = (state: 'free' | 'past') =>
    affected.filter((slot) => slotState(slot) === state && slot.reservations.length === 0).length;
  const parts = [
    { count: unbooked('free'), name: 'free' },
    { count: booked, name: booked === 1 ? 'with a reservation' : 'with reservations' },
    { count: unbooked('past'), name: 'past' },
  ];
  return parts.flatMap(({ count, name }) => (count > 0 ? [`${count} ${name}`] : [])).join(', ');
}
