import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { createProvider } from '../api/mutations.ts';
import { Dialog } from '../components/dialog.tsx';
import { Field } from '../components/field.tsx';
import { Problem } from '../components/states.tsx';
import { VISITOR_ZONE } from '../format.ts';
import { go } from '../shell/router.ts';

export function NewProvider({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [first, setFirst] = useState('');
  const [last, setLast] = useState('');
  const [zone, setZone] = useState(VISITOR_ZONE);
  const create = useMutation({
    mutationFn: () => createProvider(first.trim(), last.trim(), zone),
    onSuccess: async ({ provider_id }) => {
      await queries.invalidateQueries({ queryKey: ['providers'] });
      go('provider', { provider: provider_id });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Dialog title="A new provider" onClose={onClose}>
      <form className="panel-form" onSubmit={submit}>
        <div className="pair">
          <Field label="First name">
            {(id) => (
              <input id={id} required maxLength={200} value={first} onChange={({ target }) => setFirst(target.value)} />
            )}
          </Field>
          <Field label="Last name">
            {(id) => (
              <input id={id} required maxLength={200} value={last} onChange={({ target }) => setLast(target.value)} />
            )}
          </Field>
        </div>
        <Field label="Time zone" hint="In which their time is posted">
          {(id) => (
            <select id={id} value={zone} onChange={({ target }) => setZone(target.value)}>
              {[...new Set(['UTC', VISITOR_ZONE, ...Intl.supportedValuesOf('timeZone')])].map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          )}
        </Field>
        {create.error && <Problem error={create.error} />}
        <button type="submit" className="primary wide" disabled={create.isPending}>
          Add
        </button>
      </form>
    </Dialog>
  );
}
