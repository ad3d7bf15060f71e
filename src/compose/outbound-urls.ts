import { AddressPolicy } from '../platform/outbound/address-policy.ts';
import { checkUrl, type UrlCheck } from '../platform/outbound/check-url.ts';
import { NameResolver } from '../platform/outbound/name-resolver.ts';

/** Time for the addresses of a name. A name without an answer by then is checked when a request is sent to it. */
const RESOLVE_WITHIN_MS = 3_000;

/** Checks URLs that strangers have chosen. @param permitted addresses and ranges that are permitted beside public ones */
export function createUrlCheck(permitted: readonly string[]): (url: string) => Promise<UrlCheck> {
  const policy = new AddressPolicy(permitted);
  const resolver = new NameResolver();
  return (url) => checkUrl(url, policy, resolver, AbortSignal.timeout(RESOLVE_WITHIN_MS));
}
