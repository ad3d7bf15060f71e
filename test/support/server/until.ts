import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls until a condition holds, for conditions without an event to wait for. Rejects when it does not hold in time.
 *
 * @param what the condition, for the error
 */
export async function until(what: string, holds: () => boolean, withinMs = 10_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${withinMs} ms: ${what}`);
    await delay(2);
  }
}
