import { dehydrate, hydrate, QueryClient } from '@tanstack/react-query';

const KEPT_AS = 'holdfast.known.1';
const KEEP_FOR_MS = 24 * 60 * 60_000;
const WRITE_EVERY_MS = 500;

/** What is known of the server, kept over a reload in session storage. */
export function openQueryCache(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        // Offline, what is known stays on show: asking and failing is what tells how old it is.
        networkMode: 'always',
        gcTime: KEEP_FOR_MS,
        // The client does, where it can help.
        retry: false,
      },
      mutations: { networkMode: 'always' },
    },
  });
  restore(client);
  keep(client);
  return client;
}

function restore(client: QueryClient): void {
  try {
    const text = sessionStorage.getItem(KEPT_AS);
    if (text !== null) hydrate(client, JSON.parse(text));
  } catch {
    sessionStorage.removeItem(KEPT_AS);
  }
}

function keep(client: QueryClient): void {
  let timer: number | undefined;
  const write = () => {
    window.clearTimeout(timer);
    timer = undefined;
    const state = dehydrate(client, {
      shouldDehydrateQuery: ({ state: { data }, meta }) => data !== undefined && meta?.transient !== true,
      shouldDehydrateMutation: () => false,
    });
    try {
      sessionStorage.setItem(KEPT_AS, JSON.stringify(state));
    } catch {
      // Full, or forbidden: then a reload asks again, which is slower and just as right.
    }
  };
  client.getQueryCache().subscribe(({ type }) => {
    if (type === 'updated' || type === 'removed') timer ??= window.setTimeout(write, WRITE_EVERY_MS);
  });
  window.addEventListener('pagehide', write);
}
