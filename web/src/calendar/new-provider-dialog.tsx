import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { createProvider } from '../api/mutations.ts';
import { ActionButton } from '../components/action-button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Field } from '../components/field.tsx';
import { NameFields } from '../components/name-fields.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { VISITOR_ZONE } from '../format.ts';
import { addressOf } from '../shell/addresses.ts';
import { navigate } from '../shell/hash-location.ts';

/** Adds a provider and opens their calendar. */
export function NewProviderDialog({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState({ first: '', last: '' });
  const [timeZone, setTimeZone] = useState(VISITOR_ZONE);
  const create = useMutation({
    mutationFn: () => createProvider(name.first.trim(), name.last.trim(), timeZone),
    onSuccess: async ({ provider_id }) => {
      await queries.invalidateQueries({ queryKey: ['providers'] });
      navigate(addressOf('calendar', { provider: provider_id }));
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Dialog title="Add a provider" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <NameFields name={name} onChange={setName} />
        <Field label="Time zone" hint="The calendar shows times in this zone.">
          {(id) => (
            <select id={id} value={timeZone} onChange={({ target }) => setTimeZone(target.value)}>
              {[...new Set(['UTC', VISITOR_ZONE, ...Intl.supportedValuesOf('timeZone')])].map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          )}
        </Field>
        {create.error && <ProblemNotice error={create.error} />}
        <ActionButton type="submit" className="primary wide" isPending={create.isPending}>
          Add
        </ActionButton>
      </form>
    </Dialog>
  );
}
