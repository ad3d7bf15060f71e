import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { Client } from '../api/resources.ts';

const STORAGE_KEY = 'holdfast.client';

interface CurrentClient {
  /** The client the visitor books as; `undefined` until they have chosen. */
  readonly client: Client | undefined;
  setClient(client: Client | undefined): void;
}

const CurrentClientContext = createContext<CurrentClient>({ client: undefined, setClient: () => {} });

function storedClient(): Client | undefined {
  try {
    return JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** Provides the current client. Local storage keeps it across visits. */
export function CurrentClientProvider({ children }: { readonly children: ReactNode }) {
  const [client, setClient] = useState(storedClient);
  const current = useMemo(
    () => ({
      client,
      setClient(next: Client | undefined) {
        if (next === undefined) localStorage.removeItem(STORAGE_KEY);
        else localStorage.setItem(STORAGE_KEY, JSON.stringify(next));
        setClient(next);
      },
    }),
    [client],
  );
  return <CurrentClientContext value={current}>{children}</CurrentClientContext>;
}

export function useCurrentClient(): CurrentClient {
  return useContext(CurrentClientContext);
}
