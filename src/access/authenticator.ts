import { LRUCache } from 'lru-cache';
import type { ChangeFeed } from '../platform/db/change-feed.ts';
import type { Database } from '../platform/db/database.ts';
import type { DatabaseClock } from '../platform/db/database-clock.ts';
import { toMs } from '../platform/time/instant.ts';
import { CredentialCache } from './credential-cache.ts';
import { equalHashes, hashSecret, type PresentedKey, readKey } from './keys/key.ts';
import { readKeys, type StoredKey } from './keys/key-store.ts';
import type { KeyUses } from './keys/key-uses.ts';
import { BOOTSTRAP, type Principal } from './principal.ts';
import { SessionAuthenticator } from './sessions/session-authenticator.ts';
import type { TokenVerifier } from './tokens/token-verifier.ts';

/** The credentials of a request; a header that is missing is `undefined`. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
}

interface CachedKey {
  readonly keyId: string;
  readonly secretHash: Uint8Array;
  readonly expiresAtMs: number;
  readonly principal: Principal;
  /** When its use was last noted, by the database's clock in milliseconds. */
  notedAtMs: number;
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

/** The three parts of a JSON Web Token. A key has no dots. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** `Authorization` headers that are remembered with the key that they were found to present. */
const MAX_PRESENTED = 20_000;
/** A use is noted at most once in this time by each instance; the statement that stores it does so for all of them. */
const NOTE_EVERY_MS = 60_000;
const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

/** Finds out who sends a request. */
export class Authenticator {
  readonly #keys: CredentialCache<CachedKey>;
  /**
   * Keys by the header that presented them, so that it is not parsed and hashed again. An entry counts only
   * while `#keys` has the very same key, so it ends when that does.
   */
  readonly #presented = new LRUCache<string, CachedKey>({ max: MAX_PRESENTED });
  readonly #clock: DatabaseClock;
  readonly #uses: KeyUses;
  readonly #operatorHash: Buffer | undefined;
  readonly #tokens: TokenVerifier | undefined;
  readonly #sessions: SessionAuthenticator;

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
    this.#sessions = new SessionAuthenticator({
      database,
      feed,
      clock,
      operatorKey,
      keyById: (id) => this.#keyById(id),
    });
  }

  /**
   * The principal of a request, as far as memory knows it. It never waits, and `undefined` means only that `authenticate`
   * must decide.
   */
  fromMemory(authorization: string): Principal | undefined {
    const known = this.#fromPresented(authorization);
    if (known !== undefined) return known;
    const bearer = bearerOf(authorization) ?? '';
    const key = readKey(bearer);
    if (key === undefined) return TOKEN.test(bearer) ? this.#tokens?.fromMemory(bearer) : undefined;
    const cached = this.#keys.fromMemory(key.keyId);
    return cached && !this.#isOperatorKey(bearer) ? this.#verify(authorization, key, cached) : undefined;
  }

  /**
   * The principal of a request; `undefined` when its credentials are missing or not valid. A cookie counts only without
   * an `Authorization` header.
   *
   * @throws Unavailable
   */
  async authenticate({ authorization, cookie }: Credentials): Promise<Principal | undefined> {
    if (authorization === undefined) return this.#sessions.authenticate(cookie);
    const known = this.#fromPresented(authorization);
    if (known !== undefined) return known;
    const bearer = bearerOf(authorization);
    if (bearer === undefined) return undefined;
    if (this.#isOperatorKey(bearer)) return BOOTSTRAP;
    const key = readKey(bearer);
    if (key === undefined) return TOKEN.test(bearer) ? this.#tokens?.verify(bearer) : undefined;
    const cached = await this.#find(key.keyId);
    return cached && this.#verify(authorization, key, cached);
  }

  /** The principal of a header that was presented before, without parsing and hashing it again. */
  #fromPresented(authorization: string): Principal | undefined {
    const presented = this.#presented.get(authorization);
    const isKnown = presented !== undefined && this.#keys.fromMemory(presented.keyId) === presented;
    return isKnown ? this.#use(presented) : undefined;
  }

  #isOperatorKey(bearer: string): boolean {
    return this.#operatorHash !== undefined && equalHashes(hashSecret(bearer), this.#operatorHash);
  }

  async #find(keyId: string): Promise<CachedKey | undefined> {
    return this.#keys.fromMemory(keyId) ?? (await this.#keys.load(keyId));
  }

  #verify(authorization: string, { secretHash }: PresentedKey, cached: CachedKey): Principal | undefined {
    const principal = equalHashes(secretHash, cached.secretHash) ? this.#use(cached) : undefined;
    if (principal) this.#presented.set(authorization, cached);
    return principal;
  }

  /** The principal of a key that was presented before, when a session was made from it. */
  async #keyById(keyId: string): Promise<Principal | undefined> {
    const cached = await this.#find(keyId);
    return cached && this.#use(cached);
  }

  #use(key: CachedKey): Principal | undefined {
    const nowMs = this.#clock.latestMs();
    if (nowMs >= key.expiresAtMs) return undefined;
    if (nowMs - key.notedAtMs >= NOTE_EVERY_MS) {
      key.notedAtMs = nowMs;
      this.#uses.note(key.keyId);
    }
    return key.principal;
  }
}

function bearerOf(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
}

function toCached({ key_id, family, role, subject, secret_hash, expires_at }: StoredKey): CachedKey {
  return {
    keyId: key_id,
    notedAtMs: Number.NEGATIVE_INFINITY,
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
