import { failure, Unavailable, unavailable } from '../platform/errors.ts';

/** The credentials are missing or not valid. The answer never says why: that would help who guesses them. */
export class Unauthenticated extends failure('unauthenticated', 'unauthenticated', 'Authentication needed') {
  override readonly headers = { 'www-authenticate': 'Bearer' };
  constructor() {
    super('This needs valid credentials: a key or a token in `Authorization: Bearer …`, or a signed-in session');
  }
}

/** The credentials are valid, and do not allow this. */
export class Forbidden extends failure('forbidden', 'forbidden', 'Not allowed') {}

const TOKEN_KEYS_UNAVAILABLE = 'token-keys-unavailable';
export const tokenKeysUnavailable = unavailable(TOKEN_KEYS_UNAVAILABLE);

/**
 * No public keys of the token's issuer could be fetched. It is no 401, because the token may be valid: its holder should
 * keep it and try again.
 */
export class TokenKeysUnavailable extends Unavailable {
  constructor(retryAfterS: number) {
    const detail = "The public keys of the token's issuer cannot be fetched. Try again later";
    super(TOKEN_KEYS_UNAVAILABLE, detail, retryAfterS);
  }
}

/** Too many requests, from a principal or from an address without valid credentials. */
export class RateLimited extends failure('rate-limited', 'rate-limited', 'Too many requests') {
  override readonly retryAfterS: number;
  constructor(retryAfterS: number) {
    super(`Too many requests. Send the next one in ${retryAfterS} s`);
    this.retryAfterS = retryAfterS;
  }
}
