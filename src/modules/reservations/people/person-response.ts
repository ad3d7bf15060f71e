import { toSeconds } from '../../../platform/time/instant.ts';
import type { Client } from './client-store.ts';
import type { Provider } from './provider-store.ts';

/** A provider as answers show it. */
export function toProviderResponse(provider: Provider): Provider {
  return { ...provider, created_at: toSeconds(provider.created_at) };
}

/** A client as answers show it. */
export function toClientResponse(client: Client): Client {
  const { created_at, erased_at } = client;
  return { ...client, created_at: toSeconds(created_at), erased_at: erased_at && toSeconds(erased_at) };
}
