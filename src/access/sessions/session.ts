import { createHmac, randomBytes } from 'node:crypto';
import { equalHashes, hashSecret } from '../keys/key.ts';

const SESSION_COOKIE = 'hf_session';
/** Life of a session, in seconds. Using it does not prolong it. */
export const SESSION_LIFE_S = 12 * 3_600;

const TOKEN_BYTES = 32;
/** 32 bytes in base64url, whose last digit has two unused bits. */
const TOKEN = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** A new session. Its token goes into the cookie and is stored nowhere. */
export interface NewSession {
  readonly token: string;
  /** SHA-256 of the token. */
  readonly id: Buffer;
}

export function createSession(): NewSession {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return { token, id: hashSecret(token) };
}

/**
 * The id of the session that a `Cookie` header names. A header that names two has none: another site of the same domain
 * may have set one of them.
 */
export function readSessionId(cookie: string | undefined): Buffer | undefined {
  if (cookie === undefined) return undefined;
  const prefix = `${SESSION_COOKIE}=`;
  const pairs = cookie.split(';').map((pair) => pair.trim());
  const [token, ...others] = pairs.filter((pair) => pair.startsWith(prefix)).map((pair) => pair.slice(prefix.length));
  return token !== undefined && others.length === 0 && TOKEN.test(token) ? hashSecret(token) : undefined;
}

/** The value of `Set-Cookie` that begins a session. @param isSecure keeps the cookie from connections without TLS */
export function sessionCookie(token: string, isSecure: boolean): string {
  return formatCookie(token, SESSION_LIFE_S, isSecure);
}

/** The value of `Set-Cookie` that removes the cookie. */
export function noSessionCookie(isSecure: boolean): string {
  return formatCookie('', 0, isSecure);
}

function formatCookie(value: string, maxAgeS: number, isSecure: boolean): string {
  const attributes = `Max-Age=${maxAgeS}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  return `${SESSION_COOKIE}=${value}; ${attributes}`;
}

/** Ties a session to the bootstrap operator key: with another key the session is not valid. */
export function bootstrapMac(operatorKey: string, id: Uint8Array): Buffer {
  return createHmac('sha256', operatorKey).update(id).digest();
}

export function isOfBootstrapKey(operatorKey: string | undefined, id: Uint8Array, mac: Uint8Array): boolean {
  return operatorKey !== undefined && equalHashes(bootstrapMac(operatorKey, id), mac);
}
