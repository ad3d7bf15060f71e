import { hash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { toMs } from '../../platform/time/instant.ts';
import { TokenKeysUnavailable } from '../access-failures.ts';
import type { Principal } from '../principal.ts';
import { IssuerKeys, type IssuerKeysDeps } from './issuer-keys.ts';
import type { TokenIssuer } from './token-issuer.ts';
import { principalOf } from './token-principal.ts';

const MAX_CACHED = 10_000;
/** A token that was verified is not verified again for this time. */
const CACHED_FOR_MS = 60_000;
/** How much the issuer's clock and ours may differ, at the beginning and at the end of a token's life. */
const LEEWAY_S = 30;

export interface TokenVerifierDeps extends IssuerKeysDeps {
  readonly issuers: readonly TokenIssuer[];
  /** The current time, in milliseconds since 1970. */
  readonly nowMs: () => number;
}

interface VerifiedToken {
  readonly principal: Principal;
  readonly untilMs: number;
}

interface KnownIssuer {
  readonly issuer: TokenIssuer;
  readonly keys: IssuerKeys;
}

/** Verifies JSON Web Tokens. Verified ones are kept by their hash for a while, and never past their expiry and its leeway. */
export class TokenVerifier {
  readonly #issuers: ReadonlyMap<string, KnownIssuer>;
  readonly #nowMs: () => number;
  readonly #verified = new LRUCache<string, VerifiedToken>({ max: MAX_CACHED });

  constructor({ issuers, nowMs, ...deps }: TokenVerifierDeps) {
    this.#nowMs = nowMs;
    this.#issuers = new Map(
      issuers.map((issuer) => [issuer.issuer, { issuer, keys: new IssuerKeys(issuer, deps) }] as const),
    );
  }

  /** The principal of a token that was verified a short time ago. It never waits. */
  fromMemory(token: string): Principal | undefined {
    return this.#cached(hash('sha256', token, 'base64'));
  }

  /** The principal of a token; `undefined` when the token is not valid. @throws TokenKeysUnavailable */
  async verify(token: string): Promise<Principal | undefined> {
    const id = hash('sha256', token, 'base64');
    const cached = this.#cached(id);
    if (cached) return cached;
    const principal = await this.#verifyNow(token);
    if (principal === undefined) return undefined;
    const nowMs = this.#nowMs();
    const expiresAtMs = expiryOf(principal) + LEEWAY_S * 1_000;
    // A second comparison, because fetching keys takes time.
    if (nowMs >= expiresAtMs) return undefined;
    this.#verified.set(id, { principal, untilMs: Math.min(nowMs + CACHED_FOR_MS, expiresAtMs) });
    return principal;
  }

  #cached(id: string): Principal | undefined {
    const verified = this.#verified.get(id);
    return verified !== undefined && this.#nowMs() < verified.untilMs ? verified.principal : undefined;
  }

  async #verifyNow(token: string): Promise<Principal | undefined> {
    try {
      const known = this.#issuers.get(decodeJwt(token).iss ?? '');
      // An extension that must be understood (RFC 7515, section 4.1.11). None is.
      if (known === undefined || 'crit' in decodeProtectedHeader(token)) return undefined;
      const { issuer, keys } = known;
      const { payload } = await jwtVerify(token, (header) => keys.find(header), {
        algorithms: [...issuer.algorithms],
        issuer: issuer.issuer,
        audience: issuer.audience,
        requiredClaims: ['exp'],
        clockTolerance: LEEWAY_S,
        currentDate: new Date(this.#nowMs()),
      });
      return principalOf(payload, issuer);
    } catch (error) {
      if (error instanceof TokenKeysUnavailable) throw error;
      // The errors of jose, and those of WebCrypto for a key that it cannot use.
      if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException) {
        return undefined;
      }
      throw error;
    }
  }
}

function expiryOf({ expiresAt }: Principal): number {
  return expiresAt === null ? Number.POSITIVE_INFINITY : toMs(expiresAt);
}
