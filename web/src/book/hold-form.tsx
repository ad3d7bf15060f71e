import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { invalidateQueries, RESERVATION_QUERIES, showReservation } from '../api/invalidate-queries.ts';
import { holdSlot, reschedule } from '../api/mutations.ts';
import type { Reservation } from '../api/resources.ts';
import { ActionButton } from '../components/action-button.tsx';
import { useFocusIfLost } from '../components/focus.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { placeTime } from '../place-time.ts';
import { useRights } from '../session/rights.ts';
import { ClientPicker } from '../shell/client-picker.tsx';
import { useCurrentClient } from '../shell/current-client.tsx';
import type { OfferedSlot } from './offered-slot.ts';
import {
  chosenPax,
  initialQuantities,
  paxObstacle,
  type Quantities,
  QuantityPicker,
  totalPrice,
} from './quantity-picker.tsx';

interface Props {
  readonly slot: OfferedSlot;
  /** Id of the reservation to reschedule; `undefined` for a new reservation. */
  readonly rescheduleId: number | undefined;
  readonly onHeld: (reservation: Reservation) => void;
  readonly onLost: (slot: OfferedSlot) => void;
}

/** The chosen time, the quantity, and the button that holds it or moves a reservation to it. */
export function HoldForm({ slot, rescheduleId, onHeld, onLost }: Props) {
  const { client } = useCurrentClient();
  const { canBook } = useRights();
  const [isChoosingClient, setIsChoosingClient] = useState(false);
  const [quantities, setQuantities] = useState(() => initialQuantities(slot));
  const hold = useHold(slot, rescheduleId, onHeld, onLost);
  const obstacle = paxObstacle(slot.pax, quantities);
  const form = useRef<HTMLElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useFocusIfLost(form);
  // The picker, which had the focus, has gone.
  useEffect(() => {
    if (!isChoosingClient && hold.isPending) button.current?.focus();
  }, [isChoosingClient, hold.isPending]);
  const total = totalPrice(slot, quantities);
  const { day, time, clock, visitorStart } = placeTime(slot.start, slot.end, slot.zone);
  return (
    <section ref={form} tabIndex={-1} className="hold-form" aria-label="Your choice">
      <div className="hold-form-slot">
        <p className="hold-form-time">{time}</p>
        <p className="hint">
          {day}
          {clock !== undefined && `, ${clock}`}
        </p>
        {visitorStart !== undefined && <p className="hint hold-form-visitor-time">{visitorStart}</p>}
      </div>
      {canBook && (rescheduleId === undefined || slot.pax.length > 0) && (
        <QuantityPicker slot={slot} quantities={quantities} onChange={setQuantities} />
      )}
      {hold.error && !isLostRace(hold.error) && <ProblemNotice error={hold.error} />}
      {!canBook && <p>Your key reads only. To book, sign in with another one.</p>}
      {canBook && isChoosingClient && (
        <ClientPicker
          // The visitor has already pressed the button.
          onChosen={({ client_id }) => {
            setIsChoosingClient(false);
            hold.mutate({ clientId: client_id, quantities });
          }}
        />
      )}
      {canBook && !isChoosingClient && (
        <ActionButton
          ref={button}
          type="button"
          className="primary wide"
          isPending={hold.isPending}
          disabled={obstacle !== undefined}
          onClick={() =>
            client === undefined ? setIsChoosingClient(true) : hold.mutate({ clientId: client.client_id, quantities })
          }
        >
          {hold.isPending ? 'One moment…' : rescheduleId === undefined ? 'Hold this time' : 'Move to this time'}
          {total !== undefined && <span className="button-note">{total}</span>}
        </ActionButton>
      )}
      <p className="hint" role="status">
        {canBook && obstacle}
      </p>
    </section>
  );
}

interface Choice {
  readonly clientId: number;
  readonly quantities: Quantities;
}

function useHold(
  slot: OfferedSlot,
  rescheduleId: number | undefined,
  onHeld: Props['onHeld'],
  onLost: Props['onLost'],
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ clientId, quantities }: Choice) => {
      if (rescheduleId !== undefined) return reschedule(rescheduleId, clientId, slot.id);
      const units = slot.pax.length > 0 ? { pax: chosenPax(quantities) } : { quantity: quantities.places };
      return holdSlot({ client_id: clientId, slot_id: slot.id, ...units });
    },
    onSuccess: (reservation) => {
      showReservation(queries, reservation);
      invalidateQueries(queries, RESERVATION_QUERIES);
      onHeld(reservation);
    },
    onError: (error) => {
      if (!isLostRace(error)) return;
      invalidateQueries(queries, RESERVATION_QUERIES);
      onLost(slot);
    },
  });
}

const LOST_RACE_TYPES: readonly string[] = ['slot-taken', 'slot-closed', 'slot-version-moved-on'];

/** Whether someone else took the slot or changed it first, as opposed to a fault. */
function isLostRace(error: unknown): boolean {
  return error instanceof HoldfastProblem && LOST_RACE_TYPES.includes(error.type);
}
