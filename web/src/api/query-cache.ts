import { dehydrate, hydrate, QueryClient } from '@tanstack/react-query';

const STORAGE_KEY = 'holdfast.queries.1';
const KEEP_FOR_MS = 24 * 60 * 60_000;
const SAVE_EVERY_MS = 500;

/** Creates the page's query cache. Session storage keeps its responses across reloads. */
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
  return client;
}

function restore(client: QueryClient): void {
  try {
    const text = sessionStorage.getItem(STORAGE_KEY);
    if (text !== null) hydrate(client, JSON.parse(text));
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
      sessionStorage.setItem(STORAGE_KEY, JSON.stringify(state));
    } catch {
      // Storage is full or forbidden. A reload then fetches again, which is slower but equally correct.
    }
  };
  client.getQueryCache().subscribe(({ type }) => {
    if (type === 'updated' || type === 'removed') timer ??= window.setTimeout(save, SAVE_EVERY_MS);
  });
  window.addEventListener('pagehide', save);
}
