import { decodeBase64, readSignedHeaders, type SignedHeaders, type WebhookHeaders } from './signed-headers.ts';
import type { WebhookEvent } from './webhook-event.ts';
import { WebhookVerificationError } from './webhook-verification-error.ts';

export interface VerifyOptions {
  /** The greatest difference between the request's timestamp and now. Defaults to 300 seconds. */
  readonly toleranceSeconds?: number;
  /** Defaults to the clock. */
  readonly now?: Date;
}

const DEFAULT_TOLERANCE_S = 300;
const SECRET_PREFIX = 'whsec_';

/**
 * Checks that a request is a webhook of the server that has the secret, and reads its event. The comparison takes the
 * same time wherever a signature is wrong.
 *
 * @param body the body as it arrived. A body that was parsed and written again has other bytes and another signature.
 * @param secrets the webhook's secret, or several while one is replaced by another; one that matches is enough
 * @throws WebhookVerificationError for a request to refuse
 * @throws TypeError for a malformed secret, which is a mistake of the receiver
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { toleranceSeconds = DEFAULT_TOLERANCE_S, now = new Date() }: VerifyOptions = {},
): Promise<WebhookEvent> {
  const keys = await readKeys(secrets);
  const signed = readSignedHeaders(headers);
  checkTime(Number(signed.timestamp), now.getTime() / 1_000, toleranceSeconds);
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  if (!(await isSigned(bytes, signed, keys))) {
    throw new WebhookVerificationError('wrong-signature', 'No signature of the request was made with this secret');
  }
  return readEvent(signed.id, bytes);
}

async function readKeys(secrets: string | readonly string[]): Promise<CryptoKey[]> {
  const texts = typeof secrets === 'string' ? [secrets] : secrets;
  if (texts.length === 0) throw new TypeError('Pass at least one secret');
  return Promise.all(texts.map(readKey));
}

async function readKey(secret: string): Promise<CryptoKey> {
  const bytes = secret.startsWith(SECRET_PREFIX) ? decodeBase64(secret.slice(SECRET_PREFIX.length)) : undefined;
  // The message does not contain the text: it may be a secret with a typing error.
  if (!bytes?.length) throw new TypeError('A secret is whsec_ followed by base64, as the server returned it');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

function checkTime(timestampS: number, nowS: number, toleranceS: number): void {
  const ageS = nowS - timestampS;
  // Written so that a value that is not a number refuses.
  if (Math.abs(ageS) <= toleranceS) return;
  if (ageS < 0) throw new WebhookVerificationError('too-new', 'The timestamp of the request is in the future');
  throw new WebhookVerificationError('too-old', 'The timestamp of the request is too old');
}

async function isSigned(body: Uint8Array, signed: SignedHeaders, keys: readonly CryptoKey[]): Promise<boolean> {
  const start = new TextEncoder().encode(`${signed.id}.${signed.timestamp}.`);
  const content = new Uint8Array(start.length + body.length);
  content.set(start);
  content.set(body, start.length);
  const pairs = keys.flatMap((key) => signed.signatures.map((signature) => ({ key, signature })));
  // `verify` compares in constant time. A comparison of texts would not.
  const results = await Promise.all(
    pairs.map(({ key, signature }) => crypto.subtle.verify('HMAC', key, signature, content)),
  );
  return results.includes(true);
}

function readEvent(id: string, body: Uint8Array): WebhookEvent {
  const { type, timestamp, data } = parseObject(body);
  if (typeof type !== 'string' || typeof timestamp !== 'string' || !isObject(data)) throw notAnEvent();
  return { id, type, timestamp, data };
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw notAnEvent();
  }
  if (!isObject(value)) throw notAnEvent();
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notAnEvent(): WebhookVerificationError {
  return new WebhookVerificationError('not-an-event', 'The body is signed, but it is not an event');
}
