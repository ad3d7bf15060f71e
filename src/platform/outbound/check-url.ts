import { isIP } from 'node:net';
import type { AddressPolicy } from './address-policy.ts';
import { isPortAllowed } from './bad-ports.ts';
import type { NameResolver } from './name-resolver.ts';

/** The problem of a URL that a stranger has chosen. All but the last can be seen in its text. */
type UrlProblem = 'malformed' | 'credentials' | 'fragment' | 'scheme' | 'port' | 'too-long' | 'address-not-allowed';

export type UrlCheck =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly problem: UrlProblem; readonly message: string };

const MAX_LENGTH = 2_000;
const IGNORED_BY_URL = /[\s\p{C}\\]/u;

const MESSAGES: Readonly<Record<UrlProblem, string>> = {
  malformed: 'must be a URL such as https://shop.example/hooks',
  credentials: 'must not contain a user name or a password',
  fragment: 'must not contain #',
  scheme: 'must begin with https://',
  port: 'must not have a port that browsers block, such as 25. Use 443',
  'too-long': `must have at most ${MAX_LENGTH} characters`,
  'address-not-allowed': 'must lead to a public address',
};

/**
 * Checks a URL when it is created, for a message in time. The decision is made again at each connection: a name may lead
 * elsewhere by then.
 *
 * - `https` to a name is refused if any of its addresses is forbidden.
 * - `http` to a name is accepted only if all of its addresses are in the permitted ranges: one other address, and the
 *   content could cross a public network unencrypted.
 * - `localhost` has two addresses in most hosts files, and is accepted if one of them is permitted.
 * - A name that does not resolve now is accepted.
 * - A port that browsers block is accepted only where plain http would be.
 */
export async function checkUrl(
  text: string,
  policy: AddressPolicy,
  resolver: NameResolver,
  signal: AbortSignal,
): Promise<UrlCheck> {
  const url = readUrl(text);
  if (typeof url === 'string') return refuse(url);
  const isPlainHttp = url.protocol === 'http:';
  if (isPlainHttp && !policy.permitsAnyPlainHttp) return refuse('scheme');
  const host = hostOf(url);
  const addresses = isIP(host) ? [host] : await resolver.resolve(host, signal).catch(() => []);
  const isBadPort = url.port !== '' && !isPortAllowed(Number(url.port));
  const permitted = addresses.filter((address) => policy.permits(address, isPlainHttp || isBadPort));
  const isEnough = isLocalhost(host) && permitted.length > 0;
  if (isBadPort && !isEnough && (permitted.length < addresses.length || addresses.length === 0)) return refuse('port');
  if (permitted.length === addresses.length || isEnough) return { ok: true, url };
  // A permitted address of https is not one of http: the scheme is the mistake then.
  const isSchemeWrong = isPlainHttp && addresses.every((address) => policy.permits(address, false));
  return refuse(isSchemeWrong ? 'scheme' : 'address-not-allowed');
}

/** The name or the IP address that a URL leads to, without the brackets of IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function readUrl(text: string): URL | UrlProblem {
  if (text.length > MAX_LENGTH) return 'too-long';
  // `URL` drops tabs and line ends, and reads a backslash as a slash. No one means that.
  const url = IGNORED_BY_URL.test(text) ? null : URL.parse(text);
  if (url === null) return 'malformed';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'scheme';
  if (!/^https?:\/\/[^/]/i.test(text)) return 'malformed';
  if (url.username || url.password || /^[^/]*\/\/[^/?#]*@/.test(text)) return 'credentials';
  return text.includes('#') ? 'fragment' : url;
}

function isLocalhost(host: string): boolean {
  return /(?:^|\.)localhost\.?$/.test(host);
}

function refuse(problem: UrlProblem): UrlCheck {
  return { ok: false, problem, message: MESSAGES[problem] };
}
