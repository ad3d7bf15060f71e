import { failure } from '../platform/errors.ts';

/** The credentials are missing or not valid. The answer never says why: that would help who guesses them. */
export class Unauthenticated extends failure('unauthenticated', 'unauthenticated', 'Authentication needed') {
  override readonly headers = { 'www-authenticate': 'Bearer' };
  constructor() {
    super('This needs valid credentials: a key or a token in `Authorization: Bearer …`, or a signed-in session');
  }
}

/** The credentials are valid, and do not allow this. */
export class Forbidden extends failure('forbidden', 'forbidden', 'Not allowed') {}
