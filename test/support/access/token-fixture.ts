import { KEY_FETCH_LIMITS, type KeyFetchLimits } from '../../../src/access/tokens/issuer-keys.ts';
import type { TokenIssuer } from '../../../src/access/tokens/token-issuer.ts';
import { TokenVerifier } from '../../../src/access/tokens/token-verifier.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { AUDIENCE, createSigningKey, ISSUER, JwksServer, type SigningKey } from './jwks-server.ts';

export const START_MS = Date.parse('2031-01-01T00:00:00Z');

/** An issuer with two keys, and a clock that moves only when a test moves it. */
export interface TokenFixture extends AsyncDisposable {
  readonly server: JwksServer;
  readonly url: string;
  /** ES256, `k1`. */
  readonly key: SigningKey;
  /** RS256, `r1`. */
  readonly rsa: SigningKey;
  /** Has the name of `key`, and is not the issuer's. */
  readonly stranger: SigningKey;
  nowMs: number;
  /** A verifier that has fetched nothing, by the clock of the fixture. */
  openVerifier(issuer?: Partial<TokenIssuer>, limits?: Partial<KeyFetchLimits>): TokenVerifier;
}

export async function openTokenFixture(): Promise<TokenFixture> {
  const server = new JwksServer();
  const [url, key, rsa, stranger] = await Promise.all([
    server.open(),
    createSigningKey('k1'),
    createSigningKey('r1', 'RS256'),
    createSigningKey('k1'),
  ]);
  const fixture: TokenFixture = {
    ...{ server, url, key, rsa, stranger },
    nowMs: START_MS,
    openVerifier(issuer = {}, limits = {}) {
      fixture.nowMs = START_MS;
      server.answer = undefined;
      server.keys = [key.jwk, rsa.jwk];
      server.requests = 0;
      return new TokenVerifier({
        issuers: [
          {
            issuer: ISSUER,
            audience: AUDIENCE,
            jwks: url,
            algorithms: ['RS256', 'ES256', 'EdDSA'],
            roleClaim: 'holdfast_role',
            subjectClaim: 'holdfast_subject',
            ...issuer,
          },
        ],
        nowMs: () => fixture.nowMs,
        monotonicMs: () => fixture.nowMs,
        limits: { ...KEY_FETCH_LIMITS, ...limits },
        logger: createLogger('silent'),
      });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return fixture;
}
