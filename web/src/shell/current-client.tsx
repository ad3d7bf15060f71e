import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { Client } from '../api/resources.ts';

const KEPT_AS = 'holdfast.client';

interface Who {
  /** For whom is booked; nobody until told. */
  readonly client: Client | undefined;
  become(client: Client | undefined): void;
}

const WhoContext = createContext<Who>({ client: undefined, become: () => {} });

function readKept(): Client | undefined {
  try {
    return JSON.parse(localStorage.getItem(KEPT_AS) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

export function WhoProvider({ children }: { readonly children: ReactNode }) {
  const [client, setClient] = useState(readKept);
  const who = useMemo(
    () => ({
      client,
      become(next: Client | undefined) {
        if (next === undefined) localStorage.removeItem(KEPT_AS);
        else localStorage.setItem(KEPT_AS, JSON.stringify(next));
        setClient(next);
      },
    }),
    [client],
  );
  return <WhoContext value={who}>{children}</WhoContext>;
}

export function useWho(): Who {
  return useContext(WhoContext);
}
