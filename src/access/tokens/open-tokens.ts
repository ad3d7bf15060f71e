import type { DatabaseClock } from '../../platform/db/database-clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { TokenIssuer } from './token-issuer.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** Prepares the verification of tokens. It loads jose only where there are issuers. */
export async function openTokens(
  issuers: readonly TokenIssuer[],
  clock: DatabaseClock,
  logger: Logger,
): Promise<TokenVerifier | undefined> {
  if (issuers.length === 0) return undefined;
  const [{ TokenVerifier }, { KEY_FETCH_LIMITS }] = await Promise.all([
    import('./token-verifier.ts'),
    import('./issuer-keys.ts'),
  ]);
  return new TokenVerifier({
    issuers,
    nowMs: () => clock.latestMs(),
    monotonicMs: () => performance.now(),
    limits: KEY_FETCH_LIMITS,
    logger,
  });
}
