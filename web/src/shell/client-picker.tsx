import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { createClient } from '../api/mutations.ts';
import { clientList } from '../api/queries.ts';
import type { Client } from '../api/resources.ts';
import { useKnown } from '../api/use-cached.ts';
import { Field } from '../components/field.tsx';
import { Problem } from '../components/states.tsx';
import { useWho } from './current-client.tsx';

/** Somebody who is known already, or somebody new. */
export function ClientChoice({ onChosen }: { readonly onChosen: () => void }) {
  const { client, become } = useWho();
  const { body } = useKnown(clientList());
  const queries = useQueryClient();
  const [first, setFirst] = useState('');
  const [last, setLast] = useState('');
  const choose = (next: Client) => {
    become(next);
    onChosen();
  };
  const create = useMutation({
    mutationFn: () => createClient(first.trim(), last.trim()),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ['clients'] });
      choose(made);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  const clients = body?.clients ?? [];
  return (
    <div className="who-choice">
      {clients.length > 0 && (
        <>
          <h2 className="small-title">Book as</h2>
          <ul className="who-list">
            {clients.map((each) => (
              <li key={each.client_id}>
                <button
                  type="button"
                  className="who-row"
                  aria-pressed={each.client_id === client?.client_id}
                  onClick={() => choose(each)}
                >
                  {each.first_name} {each.last_name}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <form onSubmit={submit} className="who-form">
        <h2 className="small-title">Somebody new</h2>
        <div className="pair">
          <Field label="First name">
            {(id) => (
              <input
                id={id}
                required
                maxLength={200}
                autoComplete="given-name"
                value={first}
                onChange={({ target }) => setFirst(target.value)}
              />
            )}
          </Field>
          <Field label="Last name">
            {(id) => (
              <input
                id={id}
                required
                maxLength={200}
                autoComplete="family-name"
                value={last}
                onChange={({ target }) => setLast(target.value)}
              />
            )}
          </Field>
        </div>
        {create.error && <Problem error={create.error} />}
        <button type="submit" className="primary" disabled={create.isPending}>
          Continue
        </button>
      </form>
    </div>
  );
}
