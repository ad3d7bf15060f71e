import { type ClientOptions, createClient, type HoldfastClient } from '../../../client/index.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { openTestApp } from './test-app.ts';

export interface ListeningApp extends AsyncDisposable {
  readonly app: HttpServer;
  readonly url: string;
  readonly client: HoldfastClient;
  /** Creates another client of the same server. */
  newClient(options: ClientOptions): HoldfastClient;
}

/** Opens the whole HTTP surface on a socket, with a client. */
export async function openListeningApp(database: Database, env: Record<string, string> = {}): Promise<ListeningApp> {
  const app = await openTestApp(database, { MIN_NOTICE: '0s', ...env });
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    app,
    url: baseUrl,
    client: createClient({ baseUrl }),
    newClient: (options) => createClient({ baseUrl, ...options }),
    [Symbol.asyncDispose]: () => app.close(),
  };
}

/** Creates a provider with slots of a quarter of an hour, and a client. */
export async function offerSlots(
  client: HoldfastClient,
  count: number,
): Promise<{ provider_id: number; client_id: number; slots: number[] }> {
  const { provider_id } = await client.post('/api/v1/providers', { body: { first_name: 'Jake', last_name: 'Black' } });
  const { client_id } = await client.post('/api/v1/clients', { body: { first_name: 'Jane', last_name: 'Doe' } });
  const start = Date.UTC(2031, 0, 1);
  const time = (slot: number) => new Date(start + slot * 900_000).toISOString().replace('.000', '');
  const { slots } = await client.post('/api/v1/providers/{id}/availability', {
    path: { id: provider_id },
    body: { ranges: [{ start_time: time(0), end_time: time(count) }] },
  });
  return { provider_id, client_id, slots: slots.map(({ slot_id }) => slot_id) };
}
