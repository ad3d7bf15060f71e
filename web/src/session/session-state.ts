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

/**
 * Local storage keeps a session, as the browser keeps its cookie: for all tabs. A tab that is open to anyone keeps that to
 * itself. After a reload no view waits for the server to say the same again.
 */
const STORAGE_KEY = 'holdfast.session';

let current: Session = storedSession() ?? { kind: 'unknown' };
const listeners = new Set<() => void>();
const principalListeners = new Set<() => void>();

function storedSession(): Session | undefined {
  try {
    const text = localStorage.getItem(STORAGE_KEY) ?? sessionStorage.getItem(STORAGE_KEY) ?? '';
    const stored = JSON.parse(text) as Session;
    return stored.kind === 'open' || (stored.kind === 'signed-in' && stored.identity) ? stored : undefined;
  } catch {
    return undefined;
  }
}

export function sessionState(): Session {
  return current;
}

/** Notes what the server has said of the session. What the browser remembers of another principal goes. */
export function setSession(next: Session): void {
  if (isOtherPrincipal(next)) {
    for (const name of Object.keys(localStorage)) {
      if (/^holdfast\.(?!theme$|session$)/.test(name)) localStorage.removeItem(name);
    }
  }
  const keep = (storage: Storage, kind: Session['kind']) =>
    next.kind === kind ? storage.setItem(STORAGE_KEY, JSON.stringify(next)) : storage.removeItem(STORAGE_KEY);
  keep(sessionStorage, 'open');
  keep(localStorage, 'signed-in');
  change(next);
}

/** Takes over what another tab has learned. That tab has already removed what the browser remembered. */
export function adoptStoredSession(): void {
  const stored = storedSession();
  if (stored !== undefined) change(stored);
  else if (current.kind === 'signed-in') change({ kind: 'signed-out', hasEnded: true });
}

function change(next: Session): void {
  if (JSON.stringify(next) === JSON.stringify(current)) return;
  const isOther = isOtherPrincipal(next);
  current = next;
  if (isOther) for (const listener of principalListeners) listener();
  for (const listener of listeners) listener();
}

function isOtherPrincipal(next: Session): boolean {
  return current.kind !== 'unknown' && sessionName(next) !== sessionName(current);
}

/** Notes that the server refused the credentials of a request, which was sent during a session. */
export function reportUnauthenticated(sent: Session): void {
  // A request of an earlier session says nothing about this one.
  if (current !== sent || sent.kind === 'signed-out') return;
  setSession({ kind: 'signed-out', hasEnded: sent.kind === 'signed-in' });
}

/** Calls back before the page shows another principal, to forget what belongs to the former one. */
export function onPrincipalChange(forget: () => void): void {
  principalListeners.add(forget);
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
