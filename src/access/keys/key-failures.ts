import { failure } from '../../platform/errors.ts';

/** The key is revoked or expired. Neither ends. */
export class KeyEnded extends failure('conflict', 'key-ended', 'Key has ended') {
  constructor(keyId: string) {
    super(`Key ${keyId} is revoked or expired, and cannot be rotated. Create a new key`);
  }
}

/** The key cannot be made as it was asked for. */
export class KeyRefused extends failure('unprocessable', 'key-refused', 'Key cannot be made') {}
