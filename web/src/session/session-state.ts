import { useSyncExternalStore } from 'react';
import type { Api } from '../../../client/index.ts';

export type Identity = Api['get']['/api/v1/whoami']['answer'];

/**
 * The principal that this page acts for.
 * - `unknown`: not known yet
 * - `open`: anyone, because the server has access control off
 * - `signed-in`: the principal of a session
 * - `signed-out`: no one. `hasEnded`: there was a session, and it ended by itself.
 */
export type Session =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'open' }
  | { readonly kind: 'signed-in'; readonly identity: Identity }
  | { readonly kind: 'signed-out'; readonly hasEnded: boolean };

/** Survives a reload, so that the view does not wait for the server to say the same again. */
const STORAGE_KEY = 'holdfast.session';

let current: Session = storedSession();
const listeners = new Set<() => void>();

function storedSession(): Session {
  try {
    return JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '') as Session;
  } catch {
    return { kind: 'unknown' };
  }
}

export function sessionState(): Session {
  return current;
}

export function setSession(next: Session): void {
  if (JSON.stringify(next) === JSON.stringify(current)) return;
  current = next;
  if (next.kind === 'open' || next.kind === 'signed-in') sessionStorage.setItem(STORAGE_KEY, JSON.stringify(next));
  else sessionStorage.removeItem(STORAGE_KEY);
  for (const listener of listeners) listener();
}

/** Notes that the server refused the credentials of a request. */
export function reportUnauthenticated(): void {
  if (current.kind !== 'signed-out') setSession({ kind: 'signed-out', hasEnded: current.kind === 'signed-in' });
}

/** Calls back at each change. @returns a function that ends this */
export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSession(): Session {
  return useSyncExternalStore(onSessionChange, sessionState);
}

/** A name of the session that differs for two principals. */
export function sessionName(session: Session): string {
  if (session.kind !== 'signed-in') return session.kind;
  const { role, subject, key_id } = session.identity;
  return [role, subject, key_id].join('/');
}
