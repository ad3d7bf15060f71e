import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { failure } from '../../platform/errors.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_PURPOSE = 'holdfast webhook secrets v1';

/** The secret of a webhook was sealed with a key that this server does not have. */
export class SecretNotReadable extends failure('conflict', 'secret-not-readable', 'Secret cannot be read') {
  constructor() {
    super('The server cannot read the secret of the webhook. Rotate the secret, or ask the operator of the server');
  }
}

/**
 * Seals the secrets of webhooks for the database, and opens them. They are needed to sign, so a hash would not do.
 *
 * - With a key: `v1.<iv>.<ciphertext>.<tag>`, each part base64url. AES-256-GCM; HKDF-SHA-256 derives its key.
 * - Without one: `clear.<secret in base64url>`, which anyone with the database can read.
 *
 * Secrets that were stored without a key can be opened always, so that a key can be introduced later.
 */
export class SecretBox {
  readonly #keys: readonly Buffer[];

  /** @param keys the first one seals, all of them open; none stores secrets in clear */
  constructor(keys: readonly string[]) {
    this.#keys = keys.map((key) => Buffer.from(hkdfSync('sha256', key, '', KEY_PURPOSE, KEY_BYTES)));
  }

  seal(secret: string): string {
    const [key] = this.#keys;
    if (key === undefined) return `clear.${Buffer.from(secret).toString('base64url')}`;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, key, iv);
    const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return ['v1', ...[iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
  }

  /** @throws SecretNotReadable without the key that sealed it, and for a text that is damaged */
  open(sealed: string): string {
    const [form, ...parts] = sealed.split('.');
    const [first, ciphertext, tag] = parts.map((part) => Buffer.from(part, 'base64url'));
    if (form === 'clear' && first && parts.length === 1) return first.toString();
    if (form !== 'v1' || !first || !ciphertext || tag?.length !== TAG_BYTES) throw new SecretNotReadable();
    for (const key of this.#keys) {
      const secret = decrypt(key, first, ciphertext, tag);
      if (secret !== undefined) return secret;
    }
    throw new SecretNotReadable();
  }

  canOpen(sealed: string): boolean {
    try {
      this.open(sealed);
      return true;
    } catch {
      return false;
    }
  }
}

/** Decrypts a text; `undefined` if another key encrypted it. */
function decrypt(key: Buffer, iv: Buffer, ciphertext: Buffer, tag: Buffer): string | undefined {
  try {
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAuthTag(tag);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
