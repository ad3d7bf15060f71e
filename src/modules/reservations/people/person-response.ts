import { toSeconds } from '../../../platform/time/instant.ts';
import type { Client } from './client-store.ts';
import type { Provider } from './provider-store.ts';

/** A provider or a client as answers show it. */
export function toPersonResponse<P extends Provider | Client>(person: P): P {
  return { ...person, created_at: toSeconds(person.created_at) };
}
