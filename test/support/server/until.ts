import { setTimeout as delay } from 'node:timers/promises';

/** Resolves as soon as something holds that no event tells of; fails when it does not come to hold. */
export async function until(what: string, holds: () => boolean, withinMs = 10_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`not so within ${withinMs} ms: ${what}`);
    await delay(2);
  }
}
