import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

export type TrustsAddress = (address: string) => boolean;

/** Whether a request came over TLS, to this server or to a proxy that it trusts. */
export function isOverTls({ headers, socket }: IncomingMessage, trusts: TrustsAddress | undefined): boolean {
  const proxied = headers['x-forwarded-proto'];
  if (proxied === undefined || !trusts?.(socket.remoteAddress ?? '')) return (socket as TLSSocket).encrypted === true;
  return String(proxied).split(',').at(-1)?.trim() === 'https';
}
