import { useSyncExternalStore } from 'react';

/** How the page learns of changes: by the event stream (`live`), by polling, or not at all. */
export type ConnectionState = 'connecting' | 'live' | 'polling' | 'offline';

let current: ConnectionState = 'connecting';
const listeners = new Set<() => void>();

export function connectionState(): ConnectionState {
  return current;
}

export function setConnectionState(next: ConnectionState): void {
  if (next === current) return;
  current = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(subscribe, connectionState);
}
