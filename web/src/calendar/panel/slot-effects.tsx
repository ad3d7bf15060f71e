import { slotState, type WeekSlot } from '../week/week-slot.ts';

interface Props {
  /** Slots in the selected time. */
  readonly affected: readonly WeekSlot[];
  /** Some of them reach beyond it. */
  readonly isWider: boolean;
}

/** The effect of blocking a time on the slots in it. */
export function SlotEffects({ affected, isWider }: Props) {
  const free = affected.filter((slot) => slotState(slot) === 'free').length;
  const blocked = affected.filter((slot) => slotState(slot) === 'blocked').length;
  return (
    <div className="slot-effects">
      <h3>What changes</h3>
      {affected.length === 0 && <p>There are no slots in this time, so nothing changes.</p>}
      {affected.length > 0 && blocked === affected.length && <p>All of this time is already blocked.</p>}
      {blocked < affected.length && (
        <ul>
          <li>
            {free === 0 ? (
              'No free slots are affected.'
            ) : (
              <>
                <strong>{free}</strong> free {free === 1 ? 'slot' : 'slots'} can no longer be booked.
              </>
            )}
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
