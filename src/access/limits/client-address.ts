import { isIP, isIPv4, isIPv6 } from 'node:net';
import { shownText } from '../../platform/shown-text.ts';

const GROUPS = 8;
const NETWORK_GROUPS = 4;

/**
 * The name under which an address is limited: an IPv4 address itself, the /64 network of an IPv6 address, since one
 * subscriber has all addresses of it.
 *
 * @param text an address, which a proxy may have sent with a port; anything else has one name together
 */
export function limitedAddress(text: string): string {
  const address = withoutPort(text);
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return 'unknown';
  const groups = expand(address);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  }
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** An address for the log, without its port. Anything else that a proxy sends in its place is shown as a text. */
export function shownAddress(text: string): string {
  const address = withoutPort(text);
  return isIP(address) === 0 ? shownText(text) : address;
}

/** `192.0.2.1:4711` and `[2001:db8::1]:4711` without the port, and an IPv6 address without its zone. */
function withoutPort(text: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? [];
  const [, beforePort] = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text) ?? [];
  return (bracketed ?? beforePort ?? text).replace(/%.*$/, '');
}

/** The eight groups of an IPv6 address. */
function expand(address: string): number[] {
  const [head = [], tail] = address.split('::').map(readGroups);
  if (tail === undefined) return head;
  return [...head, ...new Array<number>(GROUPS - head.length - tail.length).fill(0), ...tail];
}

function readGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
