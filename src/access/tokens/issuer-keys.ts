import { type CryptoKey, createLocalJWKSet, errors, type JSONWebKeySet, type JWTHeaderParameters } from 'jose';
import type { Logger } from '../../platform/logger.ts';
import { TokenKeysUnavailable } from '../access-failures.ts';
import { type FetchLimits, fetchKeySet } from './fetch-key-set.ts';
import type { KeySet, TokenIssuer } from './token-issuer.ts';

/** Limits of the fetches of keys. */
export interface KeyFetchLimits extends FetchLimits {
  /** The least time between two fetches, failed ones included, in milliseconds. */
  readonly cooldownMs: number;
  /** Age from which keys are fetched again while they go on being used, in milliseconds. */
  readonly refreshAfterMs: number;
  /** Age from which keys are no longer used, in milliseconds: the issuer may have withdrawn them. */
  readonly maxAgeMs: number;
}

export const KEY_FETCH_LIMITS: KeyFetchLimits = {
  withinMs: 5_000,
  maxBytes: 262_144,
  cooldownMs: 60_000,
  refreshAfterMs: 600_000,
  maxAgeMs: 3_600_000,
};

type FindKey = (header: JWTHeaderParameters) => Promise<CryptoKey>;

export interface IssuerKeysDeps {
  readonly logger: Logger;
  readonly limits: KeyFetchLimits;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicMs: () => number;
}

/**
 * The public keys of one issuer. They are fetched with the first token, again when they are old, and for a token whose
 * key is not among them. Requests that need the same fetch share it, and tokens whose key is known do not wait for it.
 */
export class IssuerKeys {
  readonly #issuer: string;
  readonly #url: string | undefined;
  readonly #deps: IssuerKeysDeps;
  #find: FindKey | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor({ issuer, jwks }: TokenIssuer, deps: IssuerKeysDeps) {
    this.#issuer = issuer;
    this.#deps = deps;
    if (typeof jwks === 'string') this.#url = jwks;
    else this.#find = toFindKey(jwks);
  }

  /**
   * The key that a token names, by `kid` and algorithm only: keys and addresses of keys in its header are not used.
   *
   * @throws an error of jose if there is none; TokenKeysUnavailable if no keys could be fetched, so that it is not known
   */
  async find(header: JWTHeaderParameters): Promise<CryptoKey> {
    if (this.#url === undefined) return this.#findNow(header);
    if (this.#ageMs() >= this.#deps.limits.maxAgeMs) await this.#fetch();
    else if (this.#ageMs() >= this.#deps.limits.refreshAfterMs) void this.#fetch();
    try {
      return await this.#findNow(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#fetch();
      return this.#findNow(header);
    }
  }

  #findNow(header: JWTHeaderParameters): Promise<CryptoKey> {
    const { cooldownMs, maxAgeMs } = this.#deps.limits;
    if (this.#find !== undefined && (this.#url === undefined || this.#ageMs() < maxAgeMs)) return this.#find(header);
    const waitMs = this.#attemptedAt + cooldownMs - this.#deps.monotonicMs();
    throw new TokenKeysUnavailable(Math.max(1, Math.ceil(waitMs / 1_000)));
  }

  #ageMs(): number {
    return this.#deps.monotonicMs() - this.#fetchedAt;
  }

  /** Fetches the keys, unless that was tried less than the cooldown ago. Never rejects. */
  #fetch(): Promise<void> {
    const { monotonicMs, limits } = this.#deps;
    if (this.#fetching) return this.#fetching;
    if (monotonicMs() - this.#attemptedAt < limits.cooldownMs) return Promise.resolve();
    this.#attemptedAt = monotonicMs();
    this.#fetching = this.#fetchNow().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchNow(): Promise<void> {
    const { logger, limits, monotonicMs } = this.#deps;
    const askedAt = monotonicMs();
    try {
      this.#find = toFindKey(await fetchKeySet(this.#url ?? '', limits));
      this.#fetchedAt = askedAt;
    } catch (error) {
      logger.warn({ err: error, issuer: this.#issuer }, "the issuer's keys could not be fetched");
    }
  }
}

function toFindKey({ keys }: KeySet): FindKey {
  return createLocalJWKSet({ keys: [...keys] } as JSONWebKeySet);
}
