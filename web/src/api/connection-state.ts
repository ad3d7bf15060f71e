import { useSyncExternalStore } from 'react';

/**
 * How the page learns of changes: by the event stream (`live`), by polling while the stream is closed, or not at all,
 * because the server does not answer (`unreachable`) or the browser has no network (`offline`).
 */
export type ConnectionState = 'connecting' | 'live' | 'polling' | 'unreachable' | 'offline';

let current: ConnectionState = 'connecting';
const listeners = new Set<() => void>();
const failureListeners = new Set<() => void>();

export function connectionState(): ConnectionState {
  return current;
}

/** Whether requests that no one waits for would only fail. One probe watches for the server's return. */
export function isDisconnected(): boolean {
  return current === 'unreachable' || current === 'offline';
}

export function setConnectionState(next: ConnectionState): void {
  if (next === current) return;
  current = next;
  for (const listener of listeners) listener();
}

/** Reports that a request got no response, so that a connection that only seems open is checked. */
export function reportNoResponse(): void {
  for (const listener of failureListeners) listener();
}

export function onNoResponse(listener: () => void): void {
  failureListeners.add(listener);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(subscribe, connectionState);
}
