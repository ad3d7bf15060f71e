import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** Whether a text is an IP address or a CIDR range. A range of all addresses is neither: it would exclude no one. */
export function isAddressOrRange(text: string): boolean {
  const [, address = '', prefix = ''] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : 0;
  return bits > 0 && (prefix === '' || (Number(prefix) >= 1 && Number(prefix) <= bits));
}

/**
 * Creates the check whether an address is in one of the ranges. Text that is no address is in none. An IPv6 address that
 * maps an IPv4 address, such as `::ffff:127.0.0.1`, is in the ranges of both.
 *
 * @param ranges addresses and CIDR ranges, as `isAddressOrRange` accepts them
 */
export function addressesIn(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
