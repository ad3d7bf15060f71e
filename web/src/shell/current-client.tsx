import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { Client as ListedClient } from '../api/resources.ts';
import { useSubject } from '../session/rights.ts';
import { sessionName, sessionState, useSession } from '../session/session-state.ts';

/** The client that books. It is chosen from a list, which has none that was erased. */
export type Client = Omit<ListedClient, 'erased_at'>;

const STORAGE_KEY = 'holdfast.client';

interface CurrentClient {
  /** The client the visitor books as; `undefined` until they have chosen. A client is its own from the start. */
  readonly client: Client | undefined;
  setClient(client: Client | undefined): void;
}

const CurrentClientContext = createContext<CurrentClient>({ client: undefined, setClient: () => {} });

function storedClient(): Client | undefined {
  try {
    return readClient(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null'));
  } catch {
    return undefined;
  }
}

/** A stored client; `undefined` when anything but this page has written it, so that it is never sent to the server. */
export function readClient(stored: unknown): Client | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { client_id, first_name, last_name, created_at = '' } = stored as Partial<Record<keyof Client, unknown>>;
  const isId = typeof client_id === 'number' && Number.isSafeInteger(client_id) && client_id > 0;
  const isNamed = typeof first_name === 'string' && first_name !== '' && typeof last_name === 'string';
  return isId && isNamed && typeof created_at === 'string'
    ? { client_id, first_name, last_name, created_at }
    : undefined;
}

/** Provides the current client. Local storage keeps it across visits. */
export function CurrentClientProvider({ children }: { readonly children: ReactNode }) {
  const ownId = useSubject('client');
  const principal = sessionName(useSession());
  const [chosen, setClient] = useState(storedClient);
  const client = useMemo(() => (ownId === undefined ? chosen : clientOf(ownId)), [ownId, chosen]);
  const current = useMemo(
    () => ({
      client,
      setClient(next: Client | undefined) {
        // The answer to a request of the former principal may arrive late.
        if (principal !== sessionName(sessionState())) return;
        if (next === undefined) localStorage.removeItem(STORAGE_KEY);
        else localStorage.setItem(STORAGE_KEY, JSON.stringify(next));
        setClient(next);
      },
    }),
    [client, principal],
  );
  return <CurrentClientContext value={current}>{children}</CurrentClientContext>;
}

/** The client that signed in. Its name is shown nowhere that this is. */
function clientOf(client_id: number): Client {
  return { client_id, first_name: '', last_name: '', created_at: '' };
}

export function useCurrentClient(): CurrentClient {
  return useContext(CurrentClientContext);
}
