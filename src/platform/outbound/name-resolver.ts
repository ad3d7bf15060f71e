import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { OutboundFailure } from './outbound-failure.ts';

export interface ResolverOptions {
  /** DNS servers, as `dns.setServers` takes them. Defaults to those of the system. */
  readonly servers?: readonly string[] | undefined;
  readonly hostsFile?: string;
}

const HOSTS_FILE = '/etc/hosts';
/** Per server; the second try takes twice as long. The connect time-out ends both. */
const TRY_MS = 1_000;
const TRIES = 2;

/**
 * Resolves names to addresses: those in the hosts file, and others over DNS.
 *
 * It does not use `dns.lookup`. That runs `getaddrinfo` on the thread pool, cannot be cancelled, and at most two lookups
 * run at a time: two names whose DNS servers never answer would delay every other webhook, and the reconnections of the
 * database. `dns.Resolver` runs on the event loop, has time-outs and can be cancelled. The price: no search domains, so
 * a name must be complete, as `receiver.default.svc.cluster.local`.
 */
export class NameResolver {
  readonly #servers: readonly string[] | undefined;
  readonly #hostsFile: string;

  constructor({ servers, hostsFile = HOSTS_FILE }: ResolverOptions = {}) {
    this.#servers = servers;
    this.#hostsFile = hostsFile;
  }

  /** Returns at least one address. @throws OutboundFailure `name-not-found`; the reason of `signal` */
  async resolve(name: string, signal: AbortSignal): Promise<readonly string[]> {
    const fullName = name.toLowerCase().replace(/\.$/, '');
    const listed = addressesOf(fullName, await readFile(this.#hostsFile, 'utf8').catch(() => ''));
    signal.throwIfAborted();
    const addresses = listed.length > 0 ? listed : await this.#query(fullName, signal);
    if (addresses.length === 0) throw new OutboundFailure('name-not-found');
    return addresses;
  }

  async #query(name: string, signal: AbortSignal): Promise<string[]> {
    // One resolver for each name, so that cancelling ends no other's queries and a changed resolv.conf is read.
    const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
    if (this.#servers) resolver.setServers(this.#servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      signal.throwIfAborted();
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }
}

function addressesOf(name: string, hosts: string): string[] {
  return hosts.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    return isIP(address) !== 0 && names.includes(name) ? [address] : [];
  });
}
