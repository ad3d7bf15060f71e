import { toSeconds } from '../../platform/time/instant.ts';
import type { Key } from './key-store.ts';

/** A key as answers show it: its times are in whole seconds. */
export type KeyResponse = Key;

export function toKeyResponse(key: Key): KeyResponse {
  const { created_at, expires_at, last_used_at, revoked_at } = key;
  return {
    ...key,
    created_at: toSeconds(created_at),
    expires_at: expires_at && toSeconds(expires_at),
    last_used_at: last_used_at && toSeconds(last_used_at),
    revoked_at: revoked_at && toSeconds(revoked_at),
  };
}

/** A key that was just made: nothing has happened to it. */
export type NewKeyResponse = Omit<KeyResponse, 'last_used_at' | 'revoked_at'>;

export function toNewKeyResponse(key: Key): NewKeyResponse {
  const { last_used_at: _, revoked_at: __, ...made } = toKeyResponse(key);
  return made;
}
