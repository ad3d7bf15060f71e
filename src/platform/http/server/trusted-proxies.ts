import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import type { TLSSocket } from 'node:tls';

export type TrustsAddress = (address: string) => boolean;

/**
 * Creates the check whether an address is a trusted proxy.
 *
 * @param ranges addresses and CIDR ranges, checked already
 */
export function trustOnly(ranges: readonly string[]): TrustsAddress {
  const trusted = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    if (prefix === undefined) trusted.addAddress(address, familyOf(address));
    else trusted.addSubnet(address, Number(prefix), familyOf(address));
  }
  return (address) => trusted.check(address, familyOf(address));
}

/** Whether a request came over TLS, to this server or to a proxy that it trusts. */
export function isOverTls({ headers, socket }: IncomingMessage, trusts: TrustsAddress | undefined): boolean {
  const proxied = headers['x-forwarded-proto'];
  if (proxied === undefined || !trusts?.(socket.remoteAddress ?? '')) return (socket as TLSSocket).encrypted === true;
  return String(proxied).split(',').at(-1)?.trim() === 'https';
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
