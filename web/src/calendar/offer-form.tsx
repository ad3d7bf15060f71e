import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { askAnew } from '../api/invalidate-queries.ts';
import type { Offer, Provider } from '../api/resources.ts';
import { addDays } from '../calendar-dates.ts';
import { Field } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { Problem } from '../components/states.tsx';
import { postOffer, saidOfPosted } from './offer-slots.ts';
import { DAY_MIN, readMinutes, writtenMinutes } from './wall-time.ts';
import type { Stretch } from './week-slots.ts';

interface Props {
  readonly provider: Provider;
  readonly stretch: Stretch;
}

const LENGTHS_MIN = [5, 10, 15, 20, 30, 45, 60, 90, 120, 240, 480];
const WEEK_DAYS = 7;

interface Break {
  readonly fromMin: number;
  readonly untilMin: number;
}

/** Offers a stretch of time, with its breaks, once or every week. */
export function PostTime({ provider, stretch }: Props) {
  const { date, fromMin, untilMin } = stretch;
  const queries = useQueryClient();
  const [slotMin, setSlotMin] = useState(15);
  const [capacity, setCapacity] = useState(1);
  const [amount, setAmount] = useState('');
  const [currency, setCurrency] = useState('EUR');
  const [breaks, setBreaks] = useState<readonly Break[]>([]);
  const [until, setUntil] = useState('');
  const post = useMutation({
    mutationFn: () => {
      const range = (from: number, to: number) => ({
        start_time: `${date} ${writtenMinutes(from)}`,
        end_time: to === DAY_MIN ? `${addDays(date, 1)} 00:00` : `${date} ${writtenMinutes(to)}`,
      });
      const offer: Offer = {
        ranges: [range(fromMin, untilMin)],
        breaks: breaks.map((each) => range(each.fromMin, each.untilMin)),
        slot_minutes: slotMin,
        capacity,
        ...(amount !== '' && { price: { amount: Number(amount), currency } }),
        ...(until !== '' && { repeat_weekly_until: until }),
      };
      return postOffer(provider.provider_id, offer, date, until === '' ? date : until);
    },
    onSettled: () => askAnew(queries, ['slots', 'free']),
  });
  const weeks =
    until === '' ? 1 : Math.max(1, Math.floor((Date.parse(until) - Date.parse(date)) / 86_400_000 / WEEK_DAYS) + 1);
  const perDay = countSlots(fromMin, untilMin, slotMin, breaks);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    post.mutate();
  };
  const changeBreak = (index: number, next: Partial<Break>) =>
    setBreaks(breaks.map((each, at) => (at === index ? { ...each, ...next } : each)));

  return (
    <form className="panel-form" onSubmit={submit}>
      <div className="pair">
        <Field label="Slot length">
          {(id) => (
            <select id={id} value={slotMin} onChange={({ target }) => setSlotMin(Number(target.value))}>
              {LENGTHS_MIN.map((minutes) => (
                <option key={minutes} value={minutes}>
                  {minutes < 60 ? `${minutes} min` : `${minutes / 60} h`}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Places in each">
          {(id) => (
            <input
              id={id}
              type="number"
              min={1}
              max={1_000_000}
              value={capacity}
              onChange={({ target }) => setCapacity(Math.max(1, Number(target.value)))}
            />
          )}
        </Field>
      </div>
      <div className="pair">
        <Field label="Price, if any">
          {(id) => (
            <input
              id={id}
              inputMode="decimal"
              pattern="\d{1,10}(\.\d{1,4})?"
              value={amount}
              onChange={({ target }) => setAmount(target.value)}
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
              onChange={({ target }) => setCurrency(target.value.toUpperCase())}
            />
          )}
        </Field>
      </div>
      <fieldset className="breaks">
        <legend>Breaks</legend>
        {breaks.map((each, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a break has no name but its place
          <div key={index} className="break">
            <input
              type="time"
              aria-label={`Break ${index + 1} from`}
              value={writtenMinutes(each.fromMin)}
              onChange={({ target }) => changeBreak(index, { fromMin: readMinutes(target.value) })}
            />
            <span aria-hidden="true">–</span>
            <input
              type="time"
              aria-label={`Break ${index + 1} until`}
              value={writtenMinutes(each.untilMin)}
              onChange={({ target }) => changeBreak(index, { untilMin: readMinutes(target.value) })}
            />
            <button
              type="button"
              className="plain round"
              aria-label={`Remove break ${index + 1}`}
              onClick={() => setBreaks(breaks.filter((_, at) => at !== index))}
            >
              <Icon name="close" />
            </button>
          </div>
        ))}
        <button type="button" onClick={() => setBreaks([...breaks, middleOf(stretch)])}>
          Add a break
        </button>
      </fieldset>
      <Field label="Repeat weekly until" hint="Leave empty for this day only. Clock changes are followed.">
        {(id) => (
          <input id={id} type="date" min={date} value={until} onChange={({ target }) => setUntil(target.value)} />
        )}
      </Field>
      {post.error && <Problem error={post.error} />}
      <div role="status">
        {post.data && !post.isPending && (
          <p className="said">
            <Icon name="check" /> {saidOfPosted(post.data)}
          </p>
        )}
      </div>
      <button type="submit" className="primary wide" disabled={post.isPending || perDay === 0}>
        {post.isPending ? 'One moment…' : perDay * weeks === 1 ? 'Post 1 slot' : `Post ${perDay * weeks} slots`}
        {weeks > 1 && <span className="button-note">{weeks} weeks</span>}
      </button>
    </form>
  );
}

/** Half an hour in the middle, on a whole quarter. */
function middleOf({ fromMin, untilMin }: Stretch): Break {
  const middle = Math.floor((fromMin + untilMin) / 2 / 15) * 15;
  return { fromMin: middle, untilMin: middle + 30 };
}

/** How many slots fit; one that touches a break is not offered. */
function countSlots(fromMin: number, untilMin: number, slotMin: number, breaks: readonly Break[]): number {
  let slots = 0;
  for (let start = fromMin; start + slotMin <= untilMin; start += slotMin) {
    if (breaks.every((each) => start + slotMin <= each.fromMin || start >= each.untilMin)) slots += 1;
  }
  return slots;
}
