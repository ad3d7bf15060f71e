import { server } from '../api/server.ts';
import { adoptStoredSession, type Identity, type Session, sessionState, setSession } from './session-state.ts';

/** Asks the server whom this page acts for. */
async function loadSession(): Promise<void> {
  const asked = sessionState();
  const next = await fetchSession();
  // Meanwhile another tab has signed in or out, perhaps after the server answered.
  if (next === undefined) return;
  if (sessionState() === asked) setSession(next);
  else await loadSession();
}

/** The session, or `undefined` if the server does not say. A 401 has then been reported already. */
async function fetchSession(): Promise<Session | undefined> {
  try {
    const identity = await server.get('/api/v1/whoami');
    return isSession(identity) ? { kind: 'signed-in', identity } : { kind: 'open' };
  } catch {
    // The views report what is wrong with the server, and it decides in any case.
    return sessionState().kind === 'unknown' ? { kind: 'open' } : undefined;
  }
}

/** Only sessions end at a fixed time: while access control is off, the server names no end. */
function isSession({ expires_at }: Identity): boolean {
  return expires_at !== null;
}

/**
 * Loads the session, and again when the visitor returns to this tab. Another tab that signs in or out is heard of at
 * once, unless the browser had suspended this one. A tab that was open to anyone does not ask again: if that has changed,
 * its first request says so.
 */
export function startSession(): void {
  if (sessionState().kind !== 'open') void loadSession();
  window.addEventListener('storage', adoptStoredSession);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    adoptStoredSession();
    const { kind } = sessionState();
    if (kind === 'signed-in' || kind === 'signed-out') void loadSession();
  });
}

/** @throws HoldfastProblem with status 401 for a key that is not valid */
export async function signIn(key: string): Promise<void> {
  await server.post('/api/v1/session', { body: { key } });
  await loadSession();
}

export async function signOut(): Promise<void> {
  await server.delete('/api/v1/session');
  setSession({ kind: 'signed-out', hasEnded: false });
}
