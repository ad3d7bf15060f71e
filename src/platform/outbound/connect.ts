import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { AddressPolicy } from './address-policy.ts';
import { isPortAllowed } from './bad-ports.ts';
import type { NameResolver } from './name-resolver.ts';
import { OutboundFailure } from './outbound-failure.ts';

export interface ConnectOptions {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Certificates of the authorities to trust, none for those of Node; `undefined` for plain http. */
  readonly tls: { readonly ca: readonly string[] } | undefined;
  readonly signal: AbortSignal;
}

/** Time before the next address of a name is tried too. */
const NEXT_ADDRESS_MS = 1_000;

/**
 * Connects to a host, if the policy permits an address of it. Name, check and connection are one step: the addresses that
 * are checked are those that are used, so another answer of the DNS server changes nothing. The address is checked again
 * when the connection is open, before a byte is written.
 *
 * @throws OutboundFailure; the reason of `signal`; the system's error
 */
export async function connectPermitted(
  { host, port, tls, signal }: ConnectOptions,
  policy: AddressPolicy,
  resolver: NameResolver,
): Promise<Socket | TLSSocket> {
  const all = isIP(host) ? [host] : await resolver.resolve(host, signal);
  const needsPermission = tls === undefined || !isPortAllowed(port);
  const addresses = all.filter((address) => policy.permits(address, needsPermission));
  if (addresses.length === 0) throw new OutboundFailure('address-not-allowed');
  const socket = connectTcp({
    host,
    port,
    noDelay: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    ...(addresses.length > 1 && { autoSelectFamily: true }),
    lookup: (_name, { all: isList }, callback) => {
      const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
      if (isList) callback(null, found);
      else callback(null, found[0]?.address ?? '', found[0]?.family);
    },
  });
  await whenOpen(socket, 'connect', signal);
  if (!policy.permits(socket.remoteAddress ?? '', needsPermission)) {
    socket.destroy();
    throw new OutboundFailure('address-not-allowed');
  }
  return tls === undefined ? socket : startTls(socket, host, tls.ca, signal);
}

async function startTls(socket: Socket, host: string, ca: readonly string[], signal: AbortSignal): Promise<TLSSocket> {
  const secured = connectTls({
    socket,
    host: host.replace(/\.$/, ''),
    // A server name is a name; an address there is refused by RFC 6066.
    servername: isIP(host) ? '' : host.replace(/\.$/, ''),
    // Explicit, because NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    ...(ca.length > 0 && { ca: [...ca] }),
  });
  try {
    await whenOpen(secured, 'secureConnect', signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new OutboundFailure((error as NodeJS.ErrnoException).code === 'ECONNRESET' ? 'reset' : 'tls');
  }
  return secured;
}

/** Waits for the event that opens a socket. Destroys the socket when it fails, and at once when the signal aborts. */
async function whenOpen(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal.reason);
  socket.once(event, resolve);
  // The listener stays: a destroyed socket may still report an error, which would end the process.
  socket.on('error', reject);
  socket.once('close', () => reject(new OutboundFailure('reset')));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
