import { createClient, readProblem } from '../../../client/index.ts';
import { reportUnauthenticated, sessionState } from '../session/session-state.ts';
import { reportNoResponse } from './connection-state.ts';
import { Unreachable } from './problem-message.ts';
import { learnServerClock } from './server-clock.ts';

const fetchFromServer: typeof fetch = async (input, init) => {
  const session = sessionState();
  try {
    const response = await fetch(input, init);
    learnServerClock(response.headers.get('date'));
    if (response.status === 401) reportUnauthenticated(session);
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    reportNoResponse();
    throw new Unreachable(error);
  }
};

/**
 * Client of the server that this page came from. It retries less than a program would: the visitor is waiting, and can
 * press "Try again".
 */
export const server = createClient({ fetch: fetchFromServer, maxTries: 2, maxWaitMs: 2_000 });

const PROBE_WITHIN_MS = 5_000;

/** Whether the server answers. */
export async function isServerUp(): Promise<boolean> {
  try {
    const response = await fetchFromServer('/healthz', {
      cache: 'no-store',
      signal: AbortSignal.timeout(PROBE_WITHIN_MS),
    });
    return response.ok;
  } catch {
    return false;
  }
}

/** Fetches a response that is not JSON. */
export async function fetchText(path: string, signal: AbortSignal): Promise<string> {
  const response = await fetchFromServer(path, { signal, cache: 'no-store' });
  if (!response.ok) throw await readProblem(response);
  return response.text();
}
