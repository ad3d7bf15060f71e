import { useEffect } from 'react';
import { clientQuery } from '../api/queries.ts';
import { useCached } from '../api/use-cached.ts';
import { isNotFound } from '../components/not-found.tsx';
import { useRights } from '../session/rights.ts';
import { BarMenu } from './bar-menu.tsx';
import { ClientPicker } from './client-picker.tsx';
import { useCurrentClient } from './current-client.tsx';

const CLIENT_FRESH_FOR_MS = 60 * 60_000;

/** Button in the bar that shows the current client and opens the picker. */
export function ClientMenu() {
  const { client } = useCurrentClient();
  const { canBook } = useRights();
  useForgetMissingClient();
  return (
    <BarMenu
      icon="person"
      className="client-menu-button"
      label={
        <>
          <span>{client === undefined ? (canBook ? 'Your name' : 'Client') : client.first_name}</span>
          {client !== undefined && (
            <span className="visually-hidden">
              , {canBook ? 'you book under this name' : 'you see the reservations of this client'}. Change it.
            </span>
          )}
        </>
      }
    >
      {(close) => <ClientPicker onChosen={close} />}
    </BarMenu>
  );
}

/** Forgets the current client when the server does not know it: the browser may remember a client of another database. */
function useForgetMissingClient(): void {
  const { client, setClient } = useCurrentClient();
  const { error } = useCached(client && clientQuery(client.client_id), { freshForMs: CLIENT_FRESH_FOR_MS });
  const isMissing = isNotFound(error);
  useEffect(() => {
    if (isMissing) setClient(undefined);
  }, [isMissing, setClient]);
}
