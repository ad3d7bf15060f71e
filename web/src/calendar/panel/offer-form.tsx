import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { invalidateQueries } from '../../api/invalidate-queries.ts';
import type { AvailabilityRequest, Provider } from '../../api/resources.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { Field } from '../../components/field.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { SuccessNotice } from '../../components/success-notice.tsx';
import { formatQuantity } from '../../format.ts';
import { formatWallTime, isEmptyRange, type MinuteRange } from '../wall-time.ts';
import type { TimeSelection } from '../week/week-slot.ts';
import { BreakFields } from './break-fields.tsx';
import { formatOffered, offerSlots } from './offer-slots.ts';

interface Props {
  readonly provider: Provider;
  readonly selection: TimeSelection;
}

const SLOT_LENGTHS_MIN = [5, 10, 15, 20, 30, 45, 60, 90, 120, 240, 480];
const WEEK_MS = 7 * 86_400_000;

/** The terms of an offer, beside its time. */
interface Terms {
  readonly slotMin: number;
  readonly capacity: number;
  /** Empty for slots without a price. */
  readonly amount: string;
  readonly currency: string;
  readonly breaks: readonly MinuteRange[];
  /** Last date of the weekly repetition; empty for the selected day only. */
  readonly repeatUntil: string;
}

const INITIAL_TERMS: Terms = { slotMin: 15, capacity: 1, amount: '', currency: 'EUR', breaks: [], repeatUntil: '' };

/** Offers the selected time as slots, with breaks, once or every week. */
export function OfferForm({ provider, selection }: Props) {
  const [terms, setTerms] = useState(INITIAL_TERMS);
  const change = (changes: Partial<Terms>) => setTerms({ ...terms, ...changes });
  const queries = useQueryClient();
  const offer = useMutation({
    mutationFn: (_offerText: string) =>
      offerSlots(
        provider.provider_id,
        toRequest(selection, terms),
        selection.date,
        terms.repeatUntil === '' ? selection.date : terms.repeatUntil,
      ),
    onSettled: () => invalidateQueries(queries, ['slots', 'free-times']),
  });
  const weeks = countWeeks(selection.date, terms.repeatUntil);
  const slots = countSlots(selection, terms) * weeks;
  const obstacle = offerObstacle(selection, terms, slots);
  // The outcome of an offer is about its time and terms, and goes when they are changed.
  const offerText = JSON.stringify([selection, terms]);
  const isAbout = offer.variables === offerText;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    offer.mutate(offerText);
  };
  return (
    <form className="form" onSubmit={submit}>
      <SlotFields terms={terms} onChange={change} />
      <PriceFields terms={terms} onChange={change} />
      <BreakFields breaks={terms.breaks} range={selection} onChange={(breaks) => change({ breaks })} />
      <Field
        label="Repeat weekly until"
        hint="Leave empty for this day only. Times stay the same when the clocks change."
      >
        {(id) => (
          <input
            id={id}
            type="date"
            min={selection.date}
            value={terms.repeatUntil}
            onChange={({ target }) => change({ repeatUntil: target.value })}
          />
        )}
      </Field>
      {offer.error && isAbout && <ProblemNotice error={offer.error} />}
      <div role="status">
        {offer.data && isAbout && !offer.isPending && <SuccessNotice>{formatOffered(offer.data)}</SuccessNotice>}
      </div>
      {obstacle !== undefined && (
        <p className="field-error" role="alert">
          {obstacle}
        </p>
      )}
      <ActionButton
        type="submit"
        className="primary wide"
        isPending={offer.isPending}
        disabled={obstacle !== undefined || isEmptyRange(selection)}
      >
        {offer.isPending ? 'One moment…' : `Offer ${formatQuantity(slots, 'slot')}`}
        {weeks > 1 && <span className="button-note">{weeks} weeks</span>}
      </ActionButton>
    </form>
  );
}

interface FieldsProps {
  readonly terms: Terms;
  readonly onChange: (changes: Partial<Terms>) => void;
}

function SlotFields({ terms: { slotMin, capacity }, onChange }: FieldsProps) {
  return (
    <div className="pair">
      <Field label="Slot length">
        {(id) => (
          <select id={id} value={slotMin} onChange={({ target }) => onChange({ slotMin: Number(target.value) })}>
            {SLOT_LENGTHS_MIN.map((minutes) => (
              <option key={minutes} value={minutes}>
                {minutes < 60 ? `${minutes} min` : `${minutes / 60} h`}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Places per slot">
        {(id) => (
          <input
            id={id}
            type="number"
            min={1}
            max={1_000_000}
            value={capacity}
            onChange={({ target }) => onChange({ capacity: Math.max(1, Number(target.value)) })}
          />
        )}
      </Field>
    </div>
  );
}

function PriceFields({ terms: { amount, currency }, onChange }: FieldsProps) {
  return (
    <div className="pair">
      <Field label="Price (optional)">
        {(id) => (
          <input
            id={id}
            inputMode="decimal"
            pattern="\d{1,10}(\.\d{1,4})?"
            value={amount}
            onChange={({ target }) => onChange({ amount: target.value })}
          />
        )}
      </Field>
      <Field label="Currency">
        {(id) => (
          <input
            id={id}
            pattern="[A-Z]{3}"
            maxLength={3}
            value={currency}
            onChange={({ target }) => onChange({ currency: target.value.toUpperCase() })}
          />
        )}
      </Field>
    </div>
  );
}

function toRequest({ date, ...selected }: TimeSelection, terms: Terms): AvailabilityRequest {
  const { slotMin, capacity, amount, currency, breaks, repeatUntil } = terms;
  const range = ({ fromMin, untilMin }: MinuteRange) => ({
    start_time: formatWallTime(date, fromMin),
    end_time: formatWallTime(date, untilMin),
  });
  return {
    ranges: [range(selected)],
    breaks: breaks.map(range),
    slot_minutes: slotMin,
    capacity,
    ...(amount !== '' && { price: { amount: Number(amount), currency } }),
    ...(repeatUntil !== '' && { repeat_weekly_until: repeatUntil }),
  };
}

function countWeeks(date: string, repeatUntil: string): number {
  if (repeatUntil === '') return 1;
  return Math.max(1, Math.floor((Date.parse(repeatUntil) - Date.parse(date)) / WEEK_MS) + 1);
}

/** The reason why an offer cannot be made. An empty time has its reason at its own field. */
function offerObstacle(selection: MinuteRange, { slotMin, breaks }: Terms, slots: number): string | undefined {
  if (isEmptyRange(selection)) return undefined;
  if (breaks.some(isEmptyRange)) return 'A break must end after it starts.';
  const rest = (selection.untilMin - selection.fromMin) % slotMin;
  if (rest !== 0) return `${rest} min are left over: change Until, or choose another slot length.`;
  return slots === 0 ? 'The breaks leave no time for a slot.' : undefined;
}

/** Slots that fit into one day's range. The server offers no slot that overlaps a break. */
function countSlots({ fromMin, untilMin }: MinuteRange, { slotMin, breaks }: Terms): number {
  let slots = 0;
  for (let start = fromMin; start + slotMin <= untilMin; start += slotMin) {
    if (breaks.every((each) => start + slotMin <= each.fromMin || start >= each.untilMin)) slots += 1;
  }
  return slots;
}
