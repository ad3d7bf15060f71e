import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { blockTime } from '../api/changes.ts';
import type { Provider } from '../api/shapes.ts';
import { addDays } from '../book/month.ts';
import { Icon } from '../parts/icon.tsx';
import { Problem } from '../parts/states.tsx';
import type { Stretch } from './week-grid.tsx';
import { type PlacedSlot, writtenMinutes } from './week-slots.ts';

interface Props {
  readonly provider: Provider;
  readonly stretch: Stretch;
  readonly slots: readonly PlacedSlot[];
}

/** Takes time back, after telling what that would do. */
export function BlockTime({ provider, stretch, slots }: Props) {
  const { date, fromMin, untilMin } = stretch;
  const queries = useQueryClient();
  const [what, setWhat] = useState<'keep' | 'cancel'>('keep');
  const touched = slots.filter((slot) => slot.date === date && slot.fromMin < untilMin && slot.untilMin > fromMin);
  const free = touched.filter((slot) => slot.remaining === slot.capacity);
  const taken = touched.length - free.length;
  const wider = touched.some((slot) => slot.fromMin < fromMin || slot.untilMin > untilMin);
  const block = useMutation({
    mutationFn: () => {
      const end = untilMin === 24 * 60 ? `${addDays(date, 1)} 00:00` : `${date} ${writtenMinutes(untilMin)}`;
      return blockTime(provider.provider_id, `${date} ${writtenMinutes(fromMin)}`, end, what);
    },
    onSettled: () => {
      for (const word of ['slots', 'free', 'reservations', 'history']) {
        void queries.invalidateQueries({ queryKey: [word] });
      }
    },
  });
  const done = block.data;
  return (
    <div className="panel-form">
      <div className="consequences">
        <h3>What will happen</h3>
        {touched.length === 0 ? (
          <p>No time is posted here, so nothing changes.</p>
        ) : (
          <ul>
            <li>
              <strong>{free.length}</strong> free {free.length === 1 ? 'slot' : 'slots'} can no longer be booked.
            </li>
            <li>
              <strong>{taken}</strong> {taken === 1 ? 'slot is' : 'slots are'} taken in whole or in part, or blocked
              already.
            </li>
            {wider && <li>A slot that is only touched goes as a whole.</li>}
          </ul>
        )}
      </div>
      {taken > 0 && (
        <fieldset className="radios">
          <legend>Reservations in this time</legend>
          <label>
            <input type="radio" name="reservations" checked={what === 'keep'} onChange={() => setWhat('keep')} />
            <span>
              Keep them<span className="hint">Who has booked still comes; nobody new can.</span>
            </span>
          </label>
          <label>
            <input type="radio" name="reservations" checked={what === 'cancel'} onChange={() => setWhat('cancel')} />
            <span>
              Cancel them<span className="hint">They end now, and their clients see it at once.</span>
            </span>
          </label>
        </fieldset>
      )}
      {block.error && <Problem error={block.error} />}
      <div role="status">
        {done && (
          <p className="said">
            <Icon name="check" /> {done.slots.length} slots are blocked
            {done.kept.length > 0 && `, ${done.kept.length} reservations kept`}
            {done.cancelled.length > 0 && `, ${done.cancelled.length} reservations cancelled`}.
          </p>
        )}
      </div>
      <button
        type="button"
        className="danger wide"
        disabled={touched.length === 0 || block.isPending}
        onClick={() => block.mutate()}
      >
        {block.isPending ? 'One moment…' : 'Block this time'}
      </button>
    </div>
  );
}
