import { setTimeout as delay } from 'node:timers/promises';

/** Polls a state of another program until it is reached. Rejects when it is not within 90 s. */
export async function eventually(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const giveUpAt = performance.now() + 90_000;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`not within 90 s: ${what}`);
    await delay(100);
  }
}
