import '../../styles/selection-panel.css';
import { type Ref, useState } from 'react';
import type { Provider } from '../../api/resources.ts';
import { Field } from '../../components/field.tsx';
import { DAY_MIN, formatMinuteRange, formatMinutes, isEmptyRange, parseMinutes } from '../wall-time.ts';
import type { TimeSelection } from '../week/week-slot.ts';
import { BlockForm } from './block-form.tsx';
import { OfferForm } from './offer-form.tsx';

interface Props {
  readonly provider: Provider;
  readonly selection: TimeSelection;
  readonly onChange: (changes: Partial<TimeSelection>) => void;
  readonly ref: Ref<HTMLElement>;
}

/** The selected time, and the forms that offer or block it. */
export function SelectionPanel({ provider, selection, onChange, ref }: Props) {
  const [mode, setMode] = useState<'offer' | 'block'>('offer');
  return (
    <aside ref={ref} tabIndex={-1} className="card panel" aria-label="Selected time">
      <fieldset className="tabs" aria-label="What to do with the selected time">
        <button type="button" aria-pressed={mode === 'offer'} onClick={() => setMode('offer')}>
          Offer time
        </button>
        <button type="button" aria-pressed={mode === 'block'} onClick={() => setMode('block')}>
          Block time
        </button>
      </fieldset>
      <SelectionFields selection={selection} onChange={onChange} />
      {mode === 'offer' ? (
        <OfferForm provider={provider} selection={selection} />
      ) : (
        <BlockForm key={selection.date + formatMinuteRange(selection)} provider={provider} selection={selection} />
      )}
    </aside>
  );
}

function SelectionFields({ selection, onChange }: Pick<Props, 'selection' | 'onChange'>) {
  const { date, fromMin, untilMin } = selection;
  return (
    <>
      <Field label="Day">
        {(id) => (
          <input
            id={id}
            type="date"
            value={date}
            onChange={({ target }) => {
              if (target.value !== '') onChange({ date: target.value });
            }}
          />
        )}
      </Field>
      <div className="pair">
        <Field label="From">
          {(id) => (
            <input
              id={id}
              type="time"
              step={300}
              value={formatMinutes(fromMin)}
              onChange={({ target }) => {
                if (target.value !== '') onChange({ fromMin: parseMinutes(target.value) });
              }}
            />
          )}
        </Field>
        <Field label="Until" error={isEmptyRange(selection) ? 'Until must be after From.' : undefined}>
          {(id, validity) => (
            <input
              id={id}
              {...validity}
              type="time"
              step={300}
              value={formatMinutes(untilMin % DAY_MIN)}
              onChange={({ target }) => {
                if (target.value !== '') onChange({ untilMin: parseMinutes(target.value) || DAY_MIN });
              }}
            />
          )}
        </Field>
      </div>
    </>
  );
}
