import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { askAnew, OF_RESERVATIONS } from '../api/invalidate-queries.ts';
import { hold, reschedule } from '../api/mutations.ts';
import type { Reservation } from '../api/resources.ts';
import { Problem } from '../components/states.tsx';
import { Stepper } from '../components/stepper.tsx';
import { clockSpan, dateLong, money } from '../format.ts';
import { ClientChoice } from '../shell/client-picker.tsx';
import { useWho } from '../shell/current-client.tsx';
import { type OfferedSlot, startByVisitor } from './offered-slot.ts';

interface Props {
  readonly slot: OfferedSlot;
  /** A reservation to move here, instead of a new one. */
  readonly moving: number | undefined;
  readonly onHeld: (reservation: Reservation) => void;
  readonly onLost: (slot: OfferedSlot) => void;
}

/** Whether the units went to somebody else, rather than something being wrong. */
function isLostRace(error: unknown): boolean {
  return (
    error instanceof HoldfastProblem && ['slot-taken', 'slot-closed', 'slot-version-moved-on'].includes(error.type)
  );
}

/** The last look at what is chosen, how many of it, and the button that holds it. */
export function HoldForm({ slot, moving, onHeld, onLost }: Props) {
  const { client } = useWho();
  const queries = useQueryClient();
  const [asksWho, setAsksWho] = useState(false);
  const [quantity, setQuantity] = useState(1);
  const [pax, setPax] = useState(() => startingPax(slot));
  const hasPax = slot.pax.length > 0;
  const chosenPax = Object.entries(pax).flatMap(([type, quantity]) => (quantity > 0 ? [{ type, quantity }] : []));

  const take = useMutation({
    mutationFn: (clientId: number) => {
      if (moving !== undefined) return reschedule(moving, clientId, slot.id);
      const command = { client_id: clientId, slot_id: slot.id };
      return hold(hasPax ? { ...command, pax: chosenPax } : { ...command, quantity });
    },
    onSuccess: (reservation) => {
      refresh();
      onHeld(reservation);
    },
    onError: (error) => {
      if (!isLostRace(error)) return;
      refresh();
      onLost(slot);
    },
  });
  const refresh = () => askAnew(queries, OF_RESERVATIONS);
  const total = totalOf(slot, quantity, pax);
  const byVisitor = startByVisitor(slot);

  return (
    <section className="hold-form" aria-label="What you have chosen">
      <div className="hold-what">
        <p className="hold-time">{slot.isAllDay ? 'All day' : clockSpan(slot.start, slot.end, slot.zone)}</p>
        <p className="hint">{dateLong(slot.day)}</p>
        {byVisitor !== undefined && <p className="hint hold-yours">{byVisitor}</p>}
      </div>
      {hasPax ? (
        <ul className="pax">
          {slot.pax.map((each) => (
            <li key={each.type}>
              <span>
                {each.name}
                <span className="hint">
                  {' '}
                  {each.description} · {money(each.price.finalPrice, each.price.currencyCode)}
                </span>
              </span>
              <Stepper
                label={each.name}
                value={pax[each.type] ?? 0}
                min={0}
                max={Math.min(each.max, each.remaining)}
                onChange={(value) => setPax({ ...pax, [each.type]: value })}
              />
            </li>
          ))}
        </ul>
      ) : (
        slot.remaining > 1 &&
        moving === undefined && (
          <div className="pax-one">
            <span>Places</span>
            <Stepper label="Places" value={quantity} min={1} max={slot.remaining} onChange={setQuantity} />
          </div>
        )
      )}
      {take.error && !isLostRace(take.error) && <Problem error={take.error} />}
      {asksWho && client === undefined ? (
        <ClientChoice onChosen={() => setAsksWho(false)} />
      ) : (
        <button
          type="button"
          className="primary wide"
          disabled={take.isPending || (hasPax && chosenPax.length === 0)}
          onClick={() => (client === undefined ? setAsksWho(true) : take.mutate(client.client_id))}
        >
          {take.isPending ? 'One moment…' : moving === undefined ? 'Hold this time' : 'Move it here'}
          {total !== undefined && <span className="button-note">{total}</span>}
        </button>
      )}
    </section>
  );
}

function startingPax({ pax }: OfferedSlot): Record<string, number> {
  const primary = pax.find(({ isPrimary }) => isPrimary) ?? pax[0];
  return primary === undefined ? {} : { [primary.type]: Math.max(1, primary.min) };
}

function totalOf(slot: OfferedSlot, quantity: number, pax: Record<string, number>): string | undefined {
  if (slot.pax.length > 0) {
    const currency = slot.pax[0]?.price.currencyCode ?? 'USD';
    const sum = slot.pax.reduce((total, { type, price }) => total + price.finalPrice * (pax[type] ?? 0), 0);
    return money(sum, currency);
  }
  return slot.price === null ? undefined : money(slot.price.amount * quantity, slot.price.currency);
}
