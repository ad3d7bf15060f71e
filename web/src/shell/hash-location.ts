import { useSyncExternalStore } from 'react';
import type { BaseLocationHook } from 'wouter';

/**
 * Location hook for wouter with path and query behind the hash: `#/orders?page=3`. wouter's own `useHashLocation` puts
 * the query in front of the hash, where the browser sends it to the server and the next view inherits it.
 */
export const useHashLocation: BaseLocationHook = () => [useSyncExternalStore(subscribe, path), navigate];
useHashLocation.searchHook = () => useSyncExternalStore(subscribe, search);
useHashLocation.hrefs = (address) => `#${address}`;

function path(): string {
  return `/${location.hash.replace(/^#?\/?/, '').replace(/\?.*$/, '')}`;
}

function search(): string {
  return location.hash.split('?')[1] ?? '';
}

/** Opens an address. `replace` leaves no entry in the history. */
export function navigate(address: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (!replace) {
    location.hash = address;
    return;
  }
  history.replaceState(null, '', `#${address}`);
  // Browsers send no event for this.
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}
