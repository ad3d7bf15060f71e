import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A key as it is presented: `hf_<key id>_<secret>`. */
export interface PresentedKey {
  readonly keyId: string;
  /** SHA-256 of the secret. */
  readonly secretHash: Buffer;
}

/** A new key. Its text is shown once and stored nowhere. */
export interface NewKey extends PresentedKey {
  readonly text: string;
}

const SECRET_BYTES = 32;
const ID_BYTES = 10;
/** 20 hexadecimal digits, and 32 bytes in base64url, whose last digit has two unused bits. */
const KEY = /^hf_([0-9a-f]{20})_([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/;

export function createKey(): NewKey {
  const keyId = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { keyId, secretHash: hashSecret(secret), text: `hf_${keyId}_${secret}` };
}

/** Returns `undefined` for a text that cannot be a key. */
export function readKey(text: string): PresentedKey | undefined {
  const [, keyId, secret] = KEY.exec(text) ?? [];
  return keyId === undefined || secret === undefined ? undefined : { keyId, secretHash: hashSecret(secret) };
}

/**
 * SHA-256 of a secret. A slow hash would protect secrets that people choose; 256 random bits cannot be guessed from
 * their hash, and each request would pay for it.
 */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** Compares two hashes in a time that does not depend on them. */
export function equalHashes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
