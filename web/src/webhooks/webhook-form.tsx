import { type FormEvent, useState } from 'react';
import type { WebhookRequest } from '../api/resources.ts';
import { fullName, useProviders } from '../api/use-people.ts';
import { ActionButton } from '../components/action-button.tsx';
import { Field } from '../components/field.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useSubject } from '../session/rights.ts';
import { collapseTypes } from './event-groups.ts';
import { EventPicker } from './event-picker.tsx';

/** The content of the form. */
export interface Draft {
  readonly url: string;
  readonly description: string;
  /** Types of events; `undefined` for all. */
  readonly types: ReadonlySet<string> | undefined;
  readonly providerId: number | undefined;
}

export const EMPTY_DRAFT: Draft = { url: '', description: '', types: undefined, providerId: undefined };

const MAX_URL_LENGTH = 2_000;
const MAX_DESCRIPTION_LENGTH = 500;

type Fields = Pick<WebhookRequest, 'url'> & Required<Pick<WebhookRequest, 'events' | 'description'>>;

interface Props {
  readonly draft: Draft;
  /** A webhook never changes its provider. */
  readonly isNew: boolean;
  readonly label: string;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onSubmit: (fields: Fields & Pick<WebhookRequest, 'provider_id'>) => void;
}

export function WebhookForm({ draft: initial, isNew, label, isPending, error, onSubmit }: Props) {
  const [draft, setDraft] = useState(initial);
  const [isIncomplete, setIsIncomplete] = useState(false);
  const isOperator = useSubject('provider') === undefined;
  const { url, description, types, providerId } = draft;
  const change = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const hasNoEvents = types?.size === 0;
    setIsIncomplete(hasNoEvents);
    if (hasNoEvents || isPending) return;
    onSubmit({
      url: url.trim(),
      description: description.trim() || null,
      events: types === undefined ? null : collapseTypes(types),
      ...(providerId !== undefined && isNew && { provider_id: providerId }),
    });
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label="URL" hint="Messages are sent to this address.">
        {(id) => (
          <input
            id={id}
            type="url"
            required
            maxLength={MAX_URL_LENGTH}
            placeholder="https://shop.example/hooks"
            autoComplete="off"
            value={url}
            onChange={({ target }) => change({ url: target.value })}
          />
        )}
      </Field>
      <Field label="Description (optional)">
        {(id) => (
          <input
            id={id}
            maxLength={MAX_DESCRIPTION_LENGTH}
            autoComplete="off"
            value={description}
            onChange={({ target }) => change({ description: target.value })}
          />
        )}
      </Field>
      {isNew && isOperator && (
        <ProviderField providerId={providerId} onChange={(chosen) => change({ providerId: chosen })} />
      )}
      <EventPicker types={types} onChange={(chosen) => change({ types: chosen })} />
      {isIncomplete && types?.size === 0 && (
        <p className="field-error" role="alert">
          Choose at least one event.
        </p>
      )}
      {error && <ProblemNotice error={error} />}
      <ActionButton type="submit" className="primary wide" isPending={isPending}>
        {isPending ? 'One moment…' : label}
      </ActionButton>
    </form>
  );
}

interface ProviderFieldProps {
  readonly providerId: number | undefined;
  readonly onChange: (providerId: number | undefined) => void;
}

function ProviderField({ providerId, onChange }: ProviderFieldProps) {
  const { body } = useProviders();
  return (
    <Field label="Provider" hint="With a provider, only events about that provider are sent.">
      {(id) => (
        <select
          id={id}
          value={providerId ?? ''}
          onChange={({ target }) => onChange(target.value === '' ? undefined : Number(target.value))}
        >
          <option value="">All providers</option>
          {body?.providers.map((provider) => (
            <option key={provider.provider_id} value={provider.provider_id}>
              {fullName(provider)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
