import { randomUUID } from 'node:crypto';
import { describe, inject } from 'vitest';
import { RedisStore } from '../../../src/freshness/view/remote-store.ts';
import { SampledClock } from '../../../src/platform/db/database-clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { openRedis, type RedisLink } from '../../../src/platform/redis-link.ts';
import { isInstalled } from '../server/installed.ts';
import { until } from '../server/until.ts';
import { type OwnRedis, startOwnRedis } from './own-redis.ts';

/** Runs a suite on a real Redis, if there is one. Others may use it too, so a suite touches only its own keys. */
export function onRedis(name: string, suite: (url: string) => void): void {
  const url = inject('redisUrl');
  // The global setup reports a missing Redis, or fails when REQUIRE_SERVICES=1.
  describe.skipIf(url === undefined)(name, () => suite(url ?? ''));
}

/** Starts a Redis of the test. */
type StartRedis = (...settings: readonly string[]) => Promise<OwnRedis>;

/** Runs a suite whose tests start a Redis of their own, for what may not be done to one that others use. */
export function onOwnRedis(name: string, suite: (start: StartRedis) => void): void {
  // Where a Redis answers, redis-server need not be installed. `isInstalled` fails when REQUIRE_SERVICES=1.
  describe.skipIf(!isInstalled('redis-server'))(name, () =>
    suite(async (...settings) => {
      const redis = await startOwnRedis(...settings);
      if (!redis) throw new Error('redis-server did not start');
      return redis;
    }),
  );
}

/** One instance's connection to Redis, and its store. */
export interface TestStore extends AsyncDisposable {
  readonly store: RedisStore;
  readonly link: RedisLink;
}

/** Command timeout for tests that are not about a slow Redis, so that a busy machine does not fail them. */
export const PATIENT_MS = 3_000;

/** A clock that all stores of this process share. Without a sample each would read a clock of whole milliseconds. */
function monotonicClock(): SampledClock {
  const clock = new SampledClock();
  const askedAt = performance.now();
  clock.sample(performance.timeOrigin + performance.now(), askedAt);
  return clock;
}

/** Opens a store, and waits until Redis is in use. */
export async function openTestStore(url: string, installation: string, commandTimeoutMs?: number): Promise<TestStore> {
  const link = openRedis(url, createLogger('silent'), commandTimeoutMs);
  const store = new RedisStore(link, monotonicClock(), installation);
  await untilUsable(link);
  return { link, store, [Symbol.asyncDispose]: () => link[Symbol.asyncDispose]() };
}

/** The name of an installation that nothing else uses. */
export function newInstallation(): string {
  return `test-${randomUUID()}`;
}

export async function untilUsable(...links: readonly RedisLink[]): Promise<void> {
  await until('Redis is in use', () => links.every(({ isUsable }) => isUsable));
}
