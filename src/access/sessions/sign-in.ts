import type { Database } from '../../platform/db/database.ts';
import { equalHashes, hashSecret, readKey } from '../keys/key.ts';
import { bootstrapMac, createSession } from './session.ts';
import { deleteSession, insertBootstrapSession, insertKeySession } from './session-store.ts';

interface Options {
  /** The id of the session that the new one replaces. It ends only if the key is valid. */
  readonly previous: Uint8Array | undefined;
  readonly operatorKey: string | undefined;
}

interface SignIn {
  /** The value of the cookie; `undefined` when the key is not valid. */
  readonly token: string | undefined;
  /** The id in the key's text; `null` for the bootstrap operator key and for what cannot be a key. */
  readonly keyId: string | null;
}

/** Begins a session with a key. */
export async function signIn(database: Database, text: string, { previous, operatorKey }: Options): Promise<SignIn> {
  const { token, id } = createSession();
  const isBootstrap = operatorKey !== undefined && equalHashes(hashSecret(text), hashSecret(operatorKey));
  const key = isBootstrap ? undefined : readKey(text);
  if (!isBootstrap && key === undefined) return { token: undefined, keyId: null };
  const hasBegun = await database.transaction(async (tx) => {
    if (key !== undefined && !(await insertKeySession(tx, id, key))) return false;
    if (isBootstrap) await insertBootstrapSession(tx, id, bootstrapMac(operatorKey, id));
    if (previous !== undefined) await deleteSession(tx, previous);
    return true;
  });
  return { token: hasBegun ? token : undefined, keyId: key?.keyId ?? null };
}
