import type { PaxType } from '../api/resources.ts';
import { Stepper } from '../components/stepper.tsx';
import { formatMoney } from '../format.ts';
import type { OfferedSlot } from './offered-slot.ts';

/** Number of places, and number of people per pax type where the slot has pax types. */
export interface Quantities {
  readonly places: number;
  readonly pax: Readonly<Record<string, number>>;
}

interface Props {
  readonly slot: OfferedSlot;
  readonly quantities: Quantities;
  readonly onChange: (quantities: Quantities) => void;
}

/** How many to book: people by pax type, or places. A slot with one place left needs no choice. */
export function QuantityPicker({ slot, quantities, onChange }: Props) {
  if (slot.pax.length > 0) return <PaxPicker slot={slot} quantities={quantities} onChange={onChange} />;
  if (slot.remaining <= 1) return null;
  return (
    <div className="quantity">
      <span>Places</span>
      <Stepper
        label="Places"
        value={quantities.places}
        min={1}
        max={slot.remaining}
        onChange={(places) => onChange({ ...quantities, places })}
      />
    </div>
  );
}

function PaxPicker({ slot, quantities, onChange }: Props) {
  return (
    <ul className="pax">
      {slot.pax.map(({ type, name, description, price, max, remaining }) => (
        <li key={type} className="quantity">
          <span>
            {name}
            <span className="hint">
              {' '}
              {description} · {formatMoney(price.finalPrice, price.currencyCode)}
            </span>
          </span>
          <Stepper
            label={name}
            value={quantities.pax[type] ?? 0}
            min={0}
            max={Math.min(max, remaining)}
            onChange={(quantity) => onChange({ ...quantities, pax: { ...quantities.pax, [type]: quantity } })}
          />
        </li>
      ))}
    </ul>
  );
}

/** The primary pax type. Where a supplier marks none, the server takes the first. */
function primaryOf<T extends PaxType>(types: readonly T[]): T | undefined {
  return types.find(({ isPrimary }) => isPrimary) ?? types[0];
}

/** One place, or the smallest allowed number of the primary pax type. */
export function initialQuantities({ pax }: OfferedSlot): Quantities {
  const primary = primaryOf(pax);
  return { places: 1, pax: primary === undefined ? {} : { [primary.type]: Math.max(1, primary.min) } };
}

/** The pax types that are chosen, as the API takes them. */
export function chosenPax({ pax }: Quantities): { type: string; quantity: number }[] {
  return Object.entries(pax).flatMap(([type, quantity]) => (quantity > 0 ? [{ type, quantity }] : []));
}

/** The reason why these people cannot book together; `undefined` when they can. */
export function paxObstacle(types: readonly PaxType[], { pax }: Quantities): string | undefined {
  if (types.length === 0) return undefined;
  const chosen = types.map((each) => ({ ...each, quantity: pax[each.type] ?? 0 }));
  // The minimum of a primary type holds for every booking, that of another type once it is chosen.
  const primary = primaryOf(chosen);
  const short = chosen.find((each) => each.quantity < each.min && (each === primary || each.quantity > 0));
  if (short !== undefined) {
    return `${short === primary ? 'Every booking needs' : 'Choose'} at least ${short.min} × ${short.name}.`;
  }
  return chosen.some(({ quantity }) => quantity > 0) ? undefined : 'Choose at least one person.';
}

/** The formatted total, or `undefined` for a slot without a price. */
export function totalPrice(slot: OfferedSlot, { places, pax }: Quantities): string | undefined {
  const [first] = slot.pax;
  if (first !== undefined) {
    const sum = slot.pax.reduce((total, { type, price }) => total + price.finalPrice * (pax[type] ?? 0), 0);
    return formatMoney(sum, first.price.currencyCode);
  }
  return slot.price === null ? undefined : formatMoney(slot.price.amount * places, slot.price.currency);
}
