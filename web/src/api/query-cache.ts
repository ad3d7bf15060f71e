import { type DehydratedState, dehydrate, hydrate, QueryClient } from '@tanstack/react-query';
import { onPrincipalChange, sessionName, sessionState } from '../session/session-state.ts';

const STORAGE_KEY = 'holdfast.queries.1';
const KEEP_FOR_MS = 24 * 60 * 60_000;
const SAVE_EVERY_MS = 500;

/** The content of session storage: responses, and the principal that they belong to. */
interface Stored {
  readonly principal: string;
  readonly state: DehydratedState;
}

/**
 * Creates the page's query cache. Session storage keeps its responses across reloads. All of them belong to the present
 * principal.
 */
export function openQueryCache(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        // Offline queries are sent too: their failure marks the cached response as out of date, and it stays visible.
        networkMode: 'always',
        gcTime: KEEP_FOR_MS,
        // The API client retries.
        retry: false,
      },
      mutations: { networkMode: 'always' },
    },
  });
  restore(client);
  saveChanges(client);
  onPrincipalChange(() => {
    client.clear();
    sessionStorage.removeItem(STORAGE_KEY);
  });
  return client;
}

function restore(client: QueryClient): void {
  try {
    const text = sessionStorage.getItem(STORAGE_KEY);
    const stored: Stored | null = JSON.parse(text ?? 'null');
    if (stored?.principal === sessionName(sessionState())) hydrate(client, stored.state);
    else sessionStorage.removeItem(STORAGE_KEY);
  } catch {
    sessionStorage.removeItem(STORAGE_KEY);
  }
}

function saveChanges(client: QueryClient): void {
  let timer: number | undefined;
  const save = () => {
    window.clearTimeout(timer);
    timer = undefined;
    const state = dehydrate(client, {
      shouldDehydrateQuery: ({ state: { data }, meta }) => data !== undefined && meta?.transient !== true,
      shouldDehydrateMutation: () => false,
    });
    try {
      const stored: Stored = { principal: sessionName(sessionState()), state };
      sessionStorage.setItem(STORAGE_KEY, JSON.stringify(stored));
    } catch {
      // Storage is full or forbidden. A reload then fetches again, which is slower but equally correct.
    }
  };
  client.getQueryCache().subscribe(({ type }) => {
    if (type === 'updated' || type === 'removed') timer ??= window.setTimeout(save, SAVE_EVERY_MS);
  });
  window.addEventListener('pagehide', save);
}
