import { HoldfastProblem } from '../../../client/index.ts';
import { server } from '../api/server.ts';
import { type Identity, reportUnauthenticated, sessionState, setSession } from './session-state.ts';

/** Asks the server whom this page acts for. */
async function loadSession(): Promise<void> {
  try {
    const identity = await server.get('/api/v1/whoami');
    setSession(isSession(identity) ? { kind: 'signed-in', identity } : { kind: 'open' });
  } catch (error) {
    if (error instanceof HoldfastProblem && error.status === 401) reportUnauthenticated();
    // The views report what is wrong with the server, and it decides in any case.
    else if (sessionState().kind === 'unknown') setSession({ kind: 'open' });
  }
}

/** Only sessions end at a fixed time: while access control is off, the server names no end. */
function isSession({ expires_at }: Identity): boolean {
  return expires_at !== null;
}

/**
 * Loads the session, and again when the visitor returns to this tab: another tab may have signed out or in. A tab that
 * was open to anyone does not ask again: if that has changed, its first request says so.
 */
export function startSession(): void {
  if (sessionState().kind !== 'open') void loadSession();
  document.addEventListener('visibilitychange', () => {
    const { kind } = sessionState();
    if (!document.hidden && (kind === 'signed-in' || kind === 'signed-out')) void loadSession();
  });
}

/** @throws HoldfastProblem with status 401 for a key that is not valid */
export async function signIn(key: string): Promise<void> {
  await server.post('/api/v1/session', { body: { key } });
  await loadSession();
}

export async function signOut(): Promise<void> {
  await server.delete('/api/v1/session');
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith('holdfast.') && name !== 'holdfast.theme') localStorage.removeItem(name);
  }
  setSession({ kind: 'signed-out', hasEnded: false });
}
