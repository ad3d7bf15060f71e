import { randomUUID } from 'node:crypto';
import { describe, inject } from 'vitest';
import { RedisStore } from '../../../src/freshness/remote-store.ts';
import { SampledClock } from '../../../src/platform/db/database-clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { openRedis, type RedisLink } from '../../../src/platform/redis-link.ts';
import { until } from '../server/until.ts';

/** Runs a suite on a real Redis, where there is one. Others may use it too: nothing here touches their keys. */
export function onRedis(name: string, suite: (url: string) => void): void {
  const url = inject('redisUrl');
  // A machine may have no Redis. The start of the run says so, or fails with REQUIRE_SERVICES=1.
  describe.skipIf(url === undefined)(name, () => suite(url ?? ''));
}

/** One instance's way to Redis. */
export interface TestStore extends AsyncDisposable {
  readonly store: RedisStore;
  readonly link: RedisLink;
}

/** For what has nothing to do with a slow Redis, on machines that are busy. */
export const PATIENT_MS = 3_000;

/** The same for all of this process: without a sample each would go by its own reading of a clock of whole milliseconds. */
function monotonicClock(): SampledClock {
  const clock = new SampledClock();
  const askedAt = performance.now();
  clock.sample(performance.timeOrigin + performance.now(), askedAt);
  return clock;
}

/** @returns once it is in use */
export async function openTestStore(url: string, installation: string, answerWithinMs?: number): Promise<TestStore> {
  const link = openRedis(url, createLogger('silent'), answerWithinMs);
  const store = new RedisStore(link, monotonicClock(), installation);
  await untilUsable(link);
  return { link, store, [Symbol.asyncDispose]: () => link[Symbol.asyncDispose]() };
}

/** An installation that nobody else has. */
export function newInstallation(): string {
  return `test-${randomUUID()}`;
}

export async function untilUsable(...links: readonly RedisLink[]): Promise<void> {
  await until('Redis is in use', () => links.every(({ usable }) => usable));
}
