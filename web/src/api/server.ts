import { createClient, readProblem } from '../../../client/index.ts';
import { Unreachable } from './problem-message.ts';
import { learnServerClock } from './server-clock.ts';

const reach: typeof fetch = async (input, init) => {
  try {
    const response = await fetch(input, init);
    learnServerClock(response.headers.get('date'));
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreachable(error);
  }
};

/**
 * The server this page came from. How often it is asked is decided here only, and is less than a program would: a person
 * who waits is told soon, and has a button to ask again.
 */
export const server = createClient({ fetch: reach, maxTries: 2, maxWaitMs: 2_000 });

/** For what is not JSON. */
export async function readText(path: string, signal: AbortSignal): Promise<string> {
  const response = await reach(path, { signal, cache: 'no-store' });
  if (!response.ok) throw await readProblem(response);
  return response.text();
}
