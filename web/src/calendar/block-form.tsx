import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAnew } from '../api/invalidate-queries.ts';
import { blockTime } from '../api/mutations.ts';
import type { Blocked, Provider, Reservation } from '../api/resources.ts';
import { addDays, weekStart } from '../calendar-dates.ts';
import { Icon } from '../components/icon.tsx';
import { Loading, Problem } from '../components/states.tsx';
import { BlockEffects } from './block-effects.tsx';
import { DAY_MIN, writtenMinutes } from './wall-time.ts';
import { type Stretch, stateOf, touchedBy, useWeekSlots, type WeekSlot } from './week-slots.ts';

interface Props {
  readonly provider: Provider;
  readonly stretch: Stretch;
}

type What = 'keep' | 'cancel';

/** Takes time back, after telling what that does to each reservation there. */
export function BlockTime({ provider, stretch }: Props) {
  const { provider_id: id, time_zone: timeZone } = provider;
  const { date, fromMin, untilMin } = stretch;
  const queries = useQueryClient();
  const [what, setWhat] = useState<What>('keep');
  const { slots, error, refresh } = useWeekSlots(id, timeZone, weekStart(date));
  const block = useMutation({
    mutationFn: () => {
      const end = untilMin === DAY_MIN ? `${addDays(date, 1)} 00:00` : `${date} ${writtenMinutes(untilMin)}`;
      return blockTime(id, `${date} ${writtenMinutes(fromMin)}`, end, what);
    },
    onSettled: () => askAnew(queries, ['slots', 'free', 'reservations', 'history']),
  });
  const { touched, isWider } = touchedBy(slots ?? [], stretch, timeZone);
  const reservations = touched.flatMap((slot) => slot.reservations);
  const changesNothing = touched.every((slot) => stateOf(slot) === 'blocked');
  return (
    <div className="panel-form">
      {!block.data && (
        <>
          {error && <Problem error={error} retry={refresh} />}
          {slots === undefined && !error && <Loading rows={3} label="Looking up who has booked" />}
          {slots && <SlotEffects touched={touched} isWider={isWider} />}
          {reservations.length > 0 && <WhatChoice what={what} onChange={setWhat} />}
          {slots && touched.length > 0 && <Told reservations={reservations} what={what} timeZone={timeZone} />}
          {block.error && <Problem error={block.error} />}
        </>
      )}
      <div role="status">{block.data && <Done blocked={block.data} />}</div>
      {block.data && <Outcome blocked={block.data} timeZone={timeZone} />}
      <button
        type="button"
        className={block.data ? 'wide' : 'danger wide'}
        disabled={block.isPending || (!block.data && changesNothing)}
        onClick={() => (block.data ? block.reset() : block.mutate())}
      >
        {block.isPending ? 'One moment…' : block.data ? 'Look at this time again' : 'Block this time'}
      </button>
    </div>
  );
}

function SlotEffects({ touched, isWider }: { readonly touched: readonly WeekSlot[]; readonly isWider: boolean }) {
  const free = touched.filter((slot) => stateOf(slot) === 'free').length;
  const blocked = touched.filter((slot) => stateOf(slot) === 'blocked').length;
  return (
    <div className="consequences">
      <h3>What will happen</h3>
      {touched.length === 0 && <p>No time is posted here, so nothing changes.</p>}
      {touched.length > 0 && blocked === touched.length && <p>All of this is blocked already.</p>}
      {blocked < touched.length && (
        <ul>
          <li>
            {free === 0 ? (
              'No free slot is lost.'
            ) : (
              <>
                <strong>{free}</strong> free {free === 1 ? 'slot' : 'slots'} can no longer be booked.
              </>
            )}
          </li>
          {blocked > 0 && (
            <li>
              <strong>{blocked}</strong> {blocked === 1 ? 'is' : 'are'} blocked already.
            </li>
          )}
          {isWider && <li>A slot that is only touched goes as a whole.</li>}
        </ul>
      )}
    </div>
  );
}

function WhatChoice({ what, onChange }: { readonly what: What; readonly onChange: (what: What) => void }) {
  return (
    <fieldset className="radios">
      <legend>Reservations in this time</legend>
      <label>
        <input type="radio" name="reservations" checked={what === 'keep'} onChange={() => onChange('keep')} />
        Keep them
      </label>
      <label>
        <input type="radio" name="reservations" checked={what === 'cancel'} onChange={() => onChange('cancel')} />
        Cancel them
      </label>
    </fieldset>
  );
}

interface ToldProps {
  readonly reservations: readonly Reservation[];
  readonly what: What;
  readonly timeZone: string;
}

/** Each reservation with what becomes of it; their number is said aloud as it changes. */
function Told({ reservations, what, timeZone }: ToldProps) {
  const many = counted(reservations.length);
  return (
    <section className="told" aria-label="What becomes of each reservation">
      <p className="told-sum" role="status">
        {reservations.length === 0
          ? 'Nobody has booked in this time.'
          : `${many} ${what === 'keep' ? 'will be kept' : 'will be cancelled'}`}
      </p>
      {reservations.length > 0 && (
        <BlockEffects label={many} reservations={reservations} effect={what} timeZone={timeZone} />
      )}
    </section>
  );
}

function Done({ blocked: { slots, kept, cancelled } }: { readonly blocked: Blocked }) {
  return (
    <p className="said">
      <Icon name="check" /> {slots.length === 1 ? '1 slot is' : `${slots.length} slots are`} blocked
      {kept.length > 0 && `, ${counted(kept.length)} kept`}
      {cancelled.length > 0 && `, ${counted(cancelled.length)} cancelled`}.
    </p>
  );
}

function Outcome({ blocked: { kept, cancelled }, timeZone }: { readonly blocked: Blocked; readonly timeZone: string }) {
  return (
    <>
      {kept.length > 0 && <BlockEffects label="Kept" reservations={kept} effect="keep" timeZone={timeZone} />}
      {cancelled.length > 0 && (
        <BlockEffects label="Cancelled" reservations={cancelled} effect="cancelled" timeZone={timeZone} />
      )}
    </>
  );
}

function counted(reservations: number): string {
  return reservations === 1 ? '1 reservation' : `${reservations} reservations`;
}
