import type { ChangeFeed } from '../../platform/db/change-feed.ts';
import type { Database } from '../../platform/db/database.ts';
import type { DatabaseClock } from '../../platform/db/database-clock.ts';
import { type InstantText, toMs } from '../../platform/time/instant.ts';
import { CredentialCache } from '../credential-cache.ts';
import { BOOTSTRAP, type Principal } from '../principal.ts';
import { isOfBootstrapKey, readSessionId } from './session.ts';
import { readSessions, type StoredSession } from './session-store.ts';

interface SessionDeps {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly clock: DatabaseClock;
  readonly operatorKey: string | undefined;
  /** The principal of a key that is valid now. A session is checked by its key at each use, so it ends with it. */
  keyById(keyId: string): Promise<Principal | undefined>;
}

/** Finds out whom a session cookie stands for. */
export class SessionAuthenticator {
  readonly #deps: SessionDeps;
  readonly #sessions: CredentialCache<StoredSession>;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.#sessions = new CredentialCache(deps.feed, {
      topic: 'access-session',
      read: (ids) => deps.database.read((reader) => readSessions(reader, ids)),
    });
  }

  /** The principal of a `Cookie` header; `undefined` without a valid session. @throws Unavailable */
  async authenticate(cookie: string | undefined): Promise<Principal | undefined> {
    const id = readSessionId(cookie);
    if (id === undefined) return undefined;
    const name = id.toString('hex');
    const session = this.#sessions.fromMemory(name) ?? (await this.#sessions.load(name));
    if (session === undefined || this.#deps.clock.latestMs() >= toMs(session.expires_at)) return undefined;
    const principal = await this.#principalOf(session, id);
    return principal && { ...principal, expiresAt: earlier(principal.expiresAt, session.expires_at) };
  }

  async #principalOf({ key_id, bootstrap_mac }: StoredSession, id: Uint8Array): Promise<Principal | undefined> {
    if (key_id !== null) return this.#deps.keyById(key_id);
    const isValid = bootstrap_mac !== null && isOfBootstrapKey(this.#deps.operatorKey, id, bootstrap_mac);
    return isValid ? BOOTSTRAP : undefined;
  }
}

function earlier(a: InstantText | null, b: InstantText): InstantText {
  return a !== null && toMs(a) < toMs(b) ? a : b;
}
