import { WebhookVerificationError } from './webhook-verification-error.ts';

/** Headers of a request: a `Headers` object, or a plain object with names in any case, as `node:http` has it. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** The three headers of Standard Webhooks 1.0. */
export interface SignedHeaders {
  readonly id: string;
  /** Seconds since 1970 as the header has them, because the signature covers this text. */
  readonly timestamp: string;
  /** The decoded signatures of version 1. */
  readonly signatures: readonly Uint8Array<ArrayBuffer>[];
}

/** Printable ASCII without spaces and full stops: a full stop would move the end of the id within the signed text. */
const ID = /^[!-\-/-~]{1,255}$/;
const TIMESTAMP = /^\d{1,12}$/;
const SIGNATURE_BYTES = 32;

/** @throws WebhookVerificationError */
export function readSignedHeaders(headers: WebhookHeaders): SignedHeaders {
  const id = readHeader(headers, 'webhook-id');
  if (!ID.test(id)) throw malformed('webhook-id', 'is not an id');
  const timestamp = readHeader(headers, 'webhook-timestamp');
  if (!TIMESTAMP.test(timestamp)) throw malformed('webhook-timestamp', 'is not a number of seconds');
  const signatures = readHeader(headers, 'webhook-signature').split(' ').flatMap(readSignature);
  if (signatures.length === 0) throw malformed('webhook-signature', 'has no signature of version 1');
  return { id, timestamp, signatures };
}

/** Decodes base64. Returns `undefined` for other text. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Returns no signature for one of another version, which Standard Webhooks lets a sender add. */
function readSignature(text: string): Uint8Array<ArrayBuffer>[] {
  const bytes = text.startsWith('v1,') ? decodeBase64(text.slice('v1,'.length)) : undefined;
  return bytes?.length === SIGNATURE_BYTES ? [bytes] : [];
}

function readHeader(headers: WebhookHeaders, name: string): string {
  const values = valuesOf(headers, name);
  const [value] = values;
  if (value === undefined || value === '') {
    throw new WebhookVerificationError('missing-header', `The request has no header ${name}`);
  }
  if (values.length > 1) throw malformed(name, 'is there more than once');
  return value;
}

function valuesOf(headers: WebhookHeaders, name: string): string[] {
  if (isHeaders(headers)) return [headers.get(name) ?? []].flat();
  return Object.entries(headers).flatMap(([key, value]) => (key.toLowerCase() === name ? (value ?? []) : []));
}

function isHeaders(headers: WebhookHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}

function malformed(name: string, problem: string): WebhookVerificationError {
  return new WebhookVerificationError('malformed-header', `The header ${name} ${problem}`);
}
