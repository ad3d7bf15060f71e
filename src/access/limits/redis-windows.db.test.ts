import { createClient } from 'redis';
import { expect, it } from 'vitest';
import {
  newInstallation,
  onOwnRedis,
  onRedis,
  PATIENT_MS,
  untilUsable,
} from '../../../test/support/freshness/test-redis.ts';
import { until } from '../../../test/support/server/until.ts';
import { createLogger } from '../../platform/logger.ts';
import { openRedis, type RedisLink } from '../../platform/redis-link.ts';
import { RateLimiter } from './rate-limiter.ts';
import { RedisWindows } from './redis-windows.ts';

const LIMIT = { requests: 20, windowMs: 600_000 };

/** An instance's limiter, with its own connection to Redis. */
interface Instance extends AsyncDisposable {
  readonly limiter: RateLimiter;
  readonly link: RedisLink;
}

async function openInstances(url: string, count: number, limit = LIMIT, timeoutMs = PATIENT_MS): Promise<Instance[]> {
  const installation = newInstallation();
  const instances = Array.from({ length: count }, () => {
    const link = openRedis(url, createLogger('silent'), timeoutMs);
    const limiter = new RateLimiter(limit, new RedisWindows(link, installation));
    return { limiter, link, [Symbol.asyncDispose]: () => link[Symbol.asyncDispose]() };
  });
  await untilUsable(...instances.map(({ link }) => link));
  return instances;
}

/** Sends requests to instances in turn, all at once, and returns how many were admitted. */
async function admitted(instances: readonly Instance[], count: number, name = 'a'): Promise<number> {
  const decisions = await Promise.all(
    Array.from({ length: count }, (_, index) => instances[index % instances.length]?.limiter.decide(name)),
  );
  return decisions.filter((decision) => decision?.isAdmitted).length;
}

onRedis('limits that instances share', (url) => {
  it.each([1, 2, 20, 99])('two instances together admit exactly %d requests', async (requests) => {
    const instances = await openInstances(url, 2, { ...LIMIT, requests });
    await using stack = new AsyncDisposableStack();
    for (const instance of instances) stack.use(instance);
    expect(await admitted(instances, requests * 3)).toBe(requests);
    expect(await admitted(instances, 4)).toBe(0);
  });

  it('instances together never admit more than a large limit, and leave little of it unused', async () => {
    const instances = await openInstances(url, 3, { ...LIMIT, requests: 1_000 });
    await using stack = new AsyncDisposableStack();
    for (const instance of instances) stack.use(instance);
    const sum = await admitted(instances, 3_000);
    expect(sum).toBeLessThanOrEqual(1_000);
    expect(sum).toBeGreaterThan(900);
  });

  it('control: instances that name the window differently together admit more', async () => {
    const [one] = await openInstances(url, 1);
    const [two] = await openInstances(url, 1);
    if (!one || !two) throw new Error('an instance is missing');
    await using stack = new AsyncDisposableStack();
    stack.use(one);
    stack.use(two);
    expect(await admitted([one, two], 60)).toBe(40);
  });

  it('a window ends in Redis, and the next one admits the limit again', async () => {
    const instances = await openInstances(url, 2, { requests: 5, windowMs: 1_000 });
    await using stack = new AsyncDisposableStack();
    for (const instance of instances) stack.use(instance);
    const startedAt = performance.now();
    let sum = 0;
    while (sum < 15) sum += await admitted(instances, 10);
    const elapsedMs = performance.now() - startedAt;
    expect(elapsedMs).toBeGreaterThan(1_900);
    expect(sum).toBeLessThanOrEqual((Math.floor(elapsedMs / 1_000) + 1) * 5);
  });
});

onOwnRedis('a Redis that dies', (startRedis) => {
  it.each([
    ['is killed', 'kill'],
    ['stops answering', 'freeze'],
  ] as const)(
    'each instance goes on with its own window when Redis %s, and returns to the shared one',
    async (_how, end) => {
      await using redis = await startRedis();
      const instances = await openInstances(redis.url, 2, LIMIT, 200);
      await using stack = new AsyncDisposableStack();
      for (const instance of instances) stack.use(instance);
      const [one, two] = instances as [Instance, Instance];
      expect(await admitted([one], 12)).toBe(12);
      await redis[end]();
      // Neither open nor closed: each counts on from what it has admitted.
      const [byOne, byTwo] = await Promise.all([admitted([one], 50), admitted([two], 50)]);
      expect([byOne, byTwo]).toEqual([8, 20]);
      if (end === 'kill') await redis.restart();
      else redis.thaw();
      await untilUsable(one.link, two.link);
      await Promise.all(instances.map(({ limiter }) => untilShared(limiter)));
      expect(await admitted(instances, 60, 'another name')).toBe(20);
      expect(await admitted(instances, 10)).toBe(0);
    },
  );

  it('a Redis that refuses writes neither opens nor closes the door', async () => {
    await using redis = await startRedis();
    const [one] = await openInstances(redis.url, 1);
    if (!one) throw new Error('the instance is missing');
    await using _disposed = one;
    const admin = createClient({ url: redis.url });
    await admin.connect();
    await admin.configSet('maxmemory', '1');
    admin.destroy();
    expect(await admitted([one], 50)).toBe(20);
    expect(one.link.isUsable).toBe(true);
  });
});

/** Waits until a limiter asks the shared windows again: then memory alone no longer decides about a new name. */
async function untilShared(limiter: RateLimiter): Promise<void> {
  let name = 0;
  await until('the shared windows are asked', () => limiter.fromMemory(`new name ${++name}`) === undefined);
}
