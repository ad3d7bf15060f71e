import type { ChangeFeed } from '../platform/db/change-feed.ts';
import type { Database } from '../platform/db/database.ts';
import type { DatabaseClock } from '../platform/db/database-clock.ts';
import { toMs } from '../platform/time/instant.ts';
import { CredentialCache } from './credential-cache.ts';
import { equalHashes, hashSecret, type PresentedKey, readKey } from './keys/key.ts';
import { readKeys, type StoredKey } from './keys/key-store.ts';
import type { KeyUses } from './keys/key-uses.ts';
import type { Principal } from './principal.ts';
import type { TokenVerifier } from './tokens/token-verifier.ts';

/** The credentials of a request; a header that is missing is `undefined`. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
}

interface CachedKey {
  readonly secretHash: Uint8Array;
  readonly expiresAtMs: number;
  readonly principal: Principal;
}

export interface AuthenticatorDeps {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly clock: DatabaseClock;
  readonly uses: KeyUses;
  /** The bootstrap operator key. */
  readonly operatorKey: string | undefined;
  /** `undefined` without issuers. */
  readonly tokens: TokenVerifier | undefined;
}

const BOOTSTRAP: Principal = Object.freeze({
  role: 'operator',
  subject: null,
  keyId: null,
  expiresAt: null,
  scope: 'bootstrap',
});

/** The three parts of a JSON Web Token. A key has no dots. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

/** Finds out who sends a request. */
export class Authenticator {
  readonly #keys: CredentialCache<CachedKey>;
  readonly #clock: DatabaseClock;
  readonly #uses: KeyUses;
  readonly #operatorHash: Buffer | undefined;
  readonly #tokens: TokenVerifier | undefined;

  constructor({ database, feed, clock, uses, operatorKey, tokens }: AuthenticatorDeps) {
    this.#tokens = tokens;
    this.#clock = clock;
    this.#uses = uses;
    this.#operatorHash = operatorKey === undefined ? undefined : hashSecret(operatorKey);
    this.#keys = new CredentialCache(feed, {
      topic: 'access-key',
      read: async (ids) => {
        const stored = await database.read((reader) => readKeys(reader, ids));
        return new Map([...stored].map(([id, key]) => [id, toCached(key)]));
      },
    });
  }

  /**
   * The principal of a request, as far as memory knows it. It never waits, and `undefined` means only that `authenticate`
   * must decide.
   */
  fromMemory(authorization: string | undefined): Principal | undefined {
    const bearer = bearerOf(authorization) ?? '';
    const key = readKey(bearer);
    if (key === undefined) return TOKEN.test(bearer) ? this.#tokens?.fromMemory(bearer) : undefined;
    const cached = this.#keys.fromMemory(key.keyId);
    return cached && this.#verify(key, cached);
  }

  /** The principal of a request; `undefined` when its credentials are missing or not valid. @throws Unavailable */
  async authenticate({ authorization }: Credentials): Promise<Principal | undefined> {
    const bearer = bearerOf(authorization);
    if (bearer === undefined) return undefined;
    if (this.#operatorHash && equalHashes(hashSecret(bearer), this.#operatorHash)) return BOOTSTRAP;
    const key = readKey(bearer);
    if (key === undefined) return TOKEN.test(bearer) ? this.#tokens?.verify(bearer) : undefined;
    const cached = this.#keys.fromMemory(key.keyId) ?? (await this.#keys.load(key.keyId));
    return cached && this.#verify(key, cached);
  }

  #verify({ keyId, secretHash }: PresentedKey, cached: CachedKey): Principal | undefined {
    if (!equalHashes(secretHash, cached.secretHash) || this.#clock.latestMs() >= cached.expiresAtMs) return undefined;
    this.#uses.note(keyId);
    return cached.principal;
  }
}

function bearerOf(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
}

function toCached({ key_id, family, role, subject, secret_hash, expires_at }: StoredKey): CachedKey {
  return {
    secretHash: secret_hash,
    expiresAtMs: expires_at === null ? Number.POSITIVE_INFINITY : toMs(expires_at),
    principal: Object.freeze({
      role,
      subject,
      keyId: key_id,
      expiresAt: expires_at,
      scope: scopeOf(role, subject, family),
    }),
  };
}

/** Two keys of one provider, client or reseller are one principal; of other roles, the keys of one chain of rotations. */
function scopeOf(role: string, subject: Principal['subject'], family: string): string {
  return subject === null ? `key:${family}` : `${role}:${subject}`;
}
