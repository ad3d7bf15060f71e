import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { addressesIn } from '../../address-ranges.ts';
import { HSTS } from './security-headers.ts';

export type TrustsAddress = (address: string) => boolean;

/** Whether a request came over TLS, to this server or to a proxy that it trusts. */
export function isOverTls({ headers, socket }: IncomingMessage, trusts: TrustsAddress | undefined): boolean {
  const proxied = headers['x-forwarded-proto'];
  if (proxied === undefined || !trusts?.(socket.remoteAddress ?? '')) return (socket as TLSSocket).encrypted === true;
  return String(proxied).split(',').at(-1)?.trim() === 'https';
}

const HSTS_IN_TURN = Object.entries(HSTS).flat();
const NO_HEADERS: readonly string[] = [];

/**
 * For the fast path: `HSTS` for requests that came over TLS to a trusted proxy, as names and values in turn.
 *
 * @param proxies addresses and ranges
 */
export function hstsFor(proxies: readonly string[]): (request: IncomingMessage) => readonly string[] {
  const trusts = addressesIn(proxies);
  return (request) => (isOverTls(request, trusts) ? HSTS_IN_TURN : NO_HEADERS);
}
