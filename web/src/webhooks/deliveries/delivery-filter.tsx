import type { DeliveryFilter } from '../webhook-requests.ts';

const CHOICES: readonly { readonly filter: DeliveryFilter; readonly label: string }[] = [
  { filter: 'all', label: 'All' },
  { filter: 'pending', label: 'Pending' },
  { filter: 'delivered', label: 'Delivered' },
  { filter: 'failed', label: 'Failed' },
];

interface Props {
  readonly filter: DeliveryFilter;
  readonly onChange: (filter: DeliveryFilter) => void;
}

/** Chooses the status of the deliveries that are listed. */
export function DeliveryFilterChoice({ filter, onChange }: Props) {
  return (
    <fieldset className="delivery-filter">
      <legend className="visually-hidden">Status</legend>
      {CHOICES.map((choice) => (
        <button
          key={choice.filter}
          type="button"
          aria-pressed={choice.filter === filter}
          onClick={() => onChange(choice.filter)}
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  );
}
