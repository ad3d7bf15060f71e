import { isIPv4, isIPv6 } from 'node:net';
import { addressesIn } from '../address-ranges.ts';

/**
 * IPv4 addresses that are not public: the IANA IPv4 Special-Purpose Address Registry
 * (https://www.iana.org/assignments/iana-ipv4-special-registry), multicast, and one address that a cloud keeps for itself.
 */
const SPECIAL_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private use
  '100.64.0.0/10', // shared address space of carriers (CGNAT)
  '127.0.0.0/8', // loopback
  '168.63.129.16', // Azure's platform services, reachable from every virtual machine there
  '169.254.0.0/16', // link-local, the metadata services of clouds among them
  '172.16.0.0/12', // private use
  '192.0.0.0/24', // IETF protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private use
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, with the broadcast address
];

/**
 * The IPv6 addresses that IANA has assigned as global unicast. Everything else is special, reserved or not assigned:
 * loopback, unspecified, IPv4-compatible, NAT64, discard (100::/64), unique local (fc00::/7), link-local (fe80::/10),
 * site-local (fec0::/10), SRv6 (5f00::/16) and multicast (ff00::/8). To forbid by default is safer than a list.
 */
const GLOBAL_IPV6 = ['2000::/3'];

/** The special ranges within it, by https://www.iana.org/assignments/iana-ipv6-special-registry. */
const SPECIAL_IPV6 = [
  '2001::/23', // IETF protocol assignments: Teredo, benchmarking, ORCHID and others
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which contains any IPv4 address
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
];

const isSpecialIpv4 = addressesIn(SPECIAL_IPV4);
const isGlobalIpv6 = addressesIn(GLOBAL_IPV6);
const isSpecialIpv6 = addressesIn(SPECIAL_IPV6);
const isMappedIpv4 = addressesIn(['::ffff:0:0/96']);

/** Decides which addresses requests to strangers may reach: public ones, and those that the operator permits. */
export class AddressPolicy {
  /** Whether there are addresses that plain http may reach. */
  readonly permitsAnyPlainHttp: boolean;
  readonly #isPermitted: (address: string) => boolean;

  /** @param permitted addresses and CIDR ranges that may be reached although they are not public */
  constructor(permitted: readonly string[]) {
    this.permitsAnyPlainHttp = permitted.length > 0;
    this.#isPermitted = addressesIn(permitted);
  }

  /** Whether a connection to an address is permitted. Text that is no address is not. */
  permits(address: string, isPlainHttp: boolean): boolean {
    // An address with a zone, such as fe80::1%eth0, belongs to one link.
    if (address.includes('%')) return false;
    return this.#isPermitted(address) || (!isPlainHttp && isPublic(address));
  }
}

/**
 * Whether an address is public. A mapped IPv4 address is judged as the IPv4 address inside, because the kernel connects to
 * that. NAT64 addresses are forbidden, since a translator could lead anywhere; a name with an IPv4 address has that too.
 */
function isPublic(address: string): boolean {
  if (!isIPv6(address)) return isIPv4(address) && !isSpecialIpv4(address);
  // The range check sees a mapped address as the IPv4 address inside.
  if (isMappedIpv4(address)) return !isSpecialIpv4(address);
  return isGlobalIpv6(address) && !isSpecialIpv6(address);
}
