import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { createClient } from '../api/mutations.ts';
import { clientListQuery } from '../api/queries.ts';
import type { Client } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { fullName } from '../api/use-people.ts';
import { ActionButton } from '../components/action-button.tsx';
import { useFocusIfLost } from '../components/focus.ts';
import { NameFields } from '../components/name-fields.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useRights } from '../session/rights.ts';
import { useCurrentClient } from './current-client.tsx';

interface Props {
  readonly onChosen?: (client: Client) => void;
}

/** Chooses the client the visitor books as: an existing client, or a new name. */
export function ClientPicker({ onChosen }: Props) {
  const { client, setClient } = useCurrentClient();
  const { body } = useCached(clientListQuery());
  const { canAddPeople, canBook } = useRights();
  const picker = useRef<HTMLDivElement>(null);
  useFocusIfLost(picker);
  const choose = (next: Client) => {
    setClient(next);
    onChosen?.(next);
  };
  const clients = body?.clients ?? [];
  return (
    <div ref={picker} tabIndex={-1} className="client-picker">
      {clients.length > 0 && (
        <>
          <h2 className="small-title">{canBook ? 'Book as' : 'Show the reservations of'}</h2>
          <ul className="client-list">
            {clients.map((each) => (
              <li key={each.client_id}>
                <button
                  type="button"
                  className="client-row"
                  aria-pressed={each.client_id === client?.client_id}
                  onClick={() => choose(each)}
                >
                  {fullName(each)}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {canAddPeople && <NewClientForm onCreated={choose} />}
      {!canAddPeople && body?.clients.length === 0 && <p className="hint">There are no clients yet.</p>}
    </div>
  );
}

function NewClientForm({ onCreated }: { readonly onCreated: (client: Client) => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState({ first: '', last: '' });
  const create = useMutation({
    mutationFn: () => createClient(name.first.trim(), name.last.trim()),
    onSuccess: (client) => {
      void queries.invalidateQueries({ queryKey: ['clients'] });
      onCreated(client);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit} className="new-client-form">
      <h2 className="small-title">New here?</h2>
      <NameFields name={name} onChange={setName} isVisitor />
      {create.error && <ProblemNotice error={create.error} />}
      <ActionButton type="submit" className="primary" isPending={create.isPending}>
        Continue
      </ActionButton>
    </form>
  );
}
