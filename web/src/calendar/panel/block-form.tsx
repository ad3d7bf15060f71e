import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { invalidateQueries } from '../../api/invalidate-queries.ts';
import { blockTime } from '../../api/mutations.ts';
import type { BlockedTime, Provider, Reservation } from '../../api/resources.ts';
import { weekStart } from '../../calendar-dates.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { Loading } from '../../components/loading.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { SuccessNotice } from '../../components/success-notice.tsx';
import { formatQuantity } from '../../format.ts';
import { formatWallTime, isEmptyRange } from '../wall-time.ts';
import { useWeekSlots } from '../week/use-week-slots.ts';
import { slotState, slotsAffectedBy, type TimeSelection } from '../week/week-slot.ts';
import { BlockEffects } from './block-effects.tsx';
import { SlotEffects } from './slot-effects.tsx';

interface Props {
  readonly provider: Provider;
  readonly selection: TimeSelection;
}

/** Treatment of the reservations in the blocked time. */
type Choice = 'keep' | 'cancel';

/** Takes the selected time off sale, after showing the effect on every slot and reservation. */
export function BlockForm({ provider, selection }: Props) {
  const { provider_id: id, time_zone: timeZone } = provider;
  const { date, fromMin, untilMin } = selection;
  const queries = useQueryClient();
  const [choice, setChoice] = useState<Choice>('keep');
  const week = useWeekSlots(id, timeZone, weekStart(date));
  const block = useMutation({
    mutationFn: () => blockTime(id, formatWallTime(date, fromMin), formatWallTime(date, untilMin), choice),
    onSettled: () => invalidateQueries(queries, ['slots', 'free-times', 'reservations', 'history']),
  });
  const isEmpty = isEmptyRange(selection);
  const { affected, isWider } = slotsAffectedBy(selection, week.slots ?? [], timeZone);
  const reservations = affected.flatMap((slot) => slot.reservations);
  const changesNothing = affected.every((slot) => slotState(slot) === 'blocked');
  return (
    <div className="form">
      {!block.data && !isEmpty && (
        <>
          {week.error && <ProblemNotice error={week.error} retry={week.refresh} />}
          {week.slots === undefined && !week.error && <Loading rows={3} label="Loading reservations" />}
          {week.slots && <SlotEffects affected={affected} isWider={isWider} />}
          {reservations.length > 0 && <ChoiceField choice={choice} onChange={setChoice} />}
          {week.slots && affected.length > 0 && (
            <ReservationEffects reservations={reservations} choice={choice} timeZone={timeZone} />
          )}
          {block.error && <ProblemNotice error={block.error} />}
        </>
      )}
      <div role="status">{block.data && <SuccessNotice>{formatBlocked(block.data)}</SuccessNotice>}</div>
      {block.data && <Outcome blocked={block.data} timeZone={timeZone} />}
      <ActionButton
        type="button"
        className={block.data ? 'wide' : 'danger wide'}
        isPending={block.isPending}
        disabled={isEmpty || (!block.data && changesNothing && !block.isPending)}
        onClick={() => (block.data ? block.reset() : block.mutate())}
      >
        {block.isPending ? 'One moment…' : block.data ? 'Check this time again' : 'Block this time'}
      </ActionButton>
    </div>
  );
}

interface ChoiceProps {
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
}

function ChoiceField({ choice, onChange }: ChoiceProps) {
  return (
    <fieldset className="radios">
      <legend>Reservations in this time</legend>
      <label>
        <input type="radio" name="reservations" checked={choice === 'keep'} onChange={() => onChange('keep')} />
        Keep them
      </label>
      <label>
        <input type="radio" name="reservations" checked={choice === 'cancel'} onChange={() => onChange('cancel')} />
        Cancel them
      </label>
    </fieldset>
  );
}

interface ReservationEffectsProps {
  readonly reservations: readonly Reservation[];
  readonly choice: Choice;
  readonly timeZone: string;
}

/** Every reservation and its effect. Screen readers announce the number when it changes. */
function ReservationEffects({ reservations, choice, timeZone }: ReservationEffectsProps) {
  const count = formatQuantity(reservations.length, 'reservation');
  return (
    <section className="reservation-effects" aria-label="Effect on reservations">
      <p className="reservation-count" role="status">
        {reservations.length === 0
          ? 'No one has booked in this time.'
          : `${count} will be ${choice === 'keep' ? 'kept' : 'cancelled'}`}
      </p>
      {reservations.length > 0 && (
        <BlockEffects label={count} reservations={reservations} effect={choice} timeZone={timeZone} />
      )}
    </section>
  );
}

/** `4 slots blocked, 3 reservations cancelled.` */
function formatBlocked({ slots, kept, cancelled }: BlockedTime): string {
  const parts = [
    `${formatQuantity(slots.length, 'slot')} blocked`,
    ...(kept.length > 0 ? [`${formatQuantity(kept.length, 'reservation')} kept`] : []),
    ...(cancelled.length > 0 ? [`${formatQuantity(cancelled.length, 'reservation')} cancelled`] : []),
  ];
  return `${parts.join(', ')}.`;
}

interface OutcomeProps {
  readonly blocked: BlockedTime;
  readonly timeZone: string;
}

function Outcome({ blocked: { kept, cancelled }, timeZone }: OutcomeProps) {
  return (
    <>
      {kept.length > 0 && <BlockEffects label="Kept" reservations={kept} effect="keep" timeZone={timeZone} />}
      {cancelled.length > 0 && (
        <BlockEffects label="Cancelled" reservations={cancelled} effect="cancelled" timeZone={timeZone} />
      )}
    </>
  );
}
