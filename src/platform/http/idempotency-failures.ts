import { failure } from '../errors.ts';

export class IdempotencyKeyReused extends failure(
  'unprocessable',
  'idempotency-key-reused',
  'Idempotency-Key was used for another request',
) {
  constructor() {
    super('This Idempotency-Key was sent with another request before. Use a new key for a new request.');
  }
}

export class RequestStillRunning extends failure(
  'conflict',
  'request-still-running',
  'The first request with this Idempotency-Key is still running',
) {
  override readonly retryAfterS = 1;
  constructor() {
    super('A request with this Idempotency-Key is still running. Repeat the request to get its answer.');
  }
}
