import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';
import { inspectRedis } from '../../../test/support/freshness/redis-inspector.ts';
import { acquireLease, fillNow, remoteStoreSuite } from '../../../test/support/freshness/remote-store-suite.ts';
import {
  newInstallation,
  onOwnRedis,
  onRedis,
  openTestStore,
  PATIENT_MS,
  untilUsable,
} from '../../../test/support/freshness/test-redis.ts';
import { openProxy, targetOf, through } from '../../../test/support/server/tcp-proxy.ts';
import { until } from '../../../test/support/server/until.ts';
import { SampledClock } from '../../platform/db/database-clock.ts';
import { createLogger } from '../../platform/logger.ts';
import { openRedis } from '../../platform/redis-link.ts';
import { RedisStore } from './remote-store.ts';

const BOUND_MS = 60_000;
/** Timeout of a command, and what a busy machine may add to it. */
const COMMAND_TIMEOUT_MS = 50;
const SLACK_MS = 250;

onRedis('RedisStore', (url) => {
  remoteStoreSuite('RedisStore as a shared store', async () => {
    const installation = newInstallation();
    await using stack = new AsyncDisposableStack();
    const one = stack.use(await openTestStore(url, installation, PATIENT_MS));
    const other = stack.use(await openTestStore(url, installation, PATIENT_MS));
    const otherInstallation = newInstallation();
    const stranger = stack.use(await openTestStore(url, otherInstallation, PATIENT_MS));
    const inspector = stack.use(await inspectRedis(url));
    stack.defer(() => inspector.flush(installation));
    stack.defer(() => inspector.flush(otherInstallation));
    const owned = stack.move();
    return {
      one: one.store,
      other: other.store,
      stranger: stranger.store,
      flush: () => inspector.flush(installation),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  });

  describe('RedisStore without a reachable Redis', () => {
    async function openBroken() {
      await using stack = new AsyncDisposableStack();
      const installation = newInstallation();
      const inspector = stack.use(await inspectRedis(url));
      stack.defer(() => inspector.flush(installation));
      const proxy = stack.use(await openProxy(targetOf(url, 6379)));
      const broken = stack.use(await openTestStore(through(url, proxy), installation));
      const healthy = stack.use(await openTestStore(url, installation));
      const owned = stack.move();
      return { installation, inspector, proxy, broken, healthy, [Symbol.asyncDispose]: () => owned.disposeAsync() };
    }

    it('a frozen Redis delays the waiting callers by 50 ms once, and no later caller', async () => {
      await using test = await openBroken();
      const { broken, proxy } = test;
      proxy.freeze();
      const startedAt = performance.now();
      const first = await Promise.all([1, 2, 3].map((key) => broken.store.acquire('view', String(key), BOUND_MS)));
      const tookMs = performance.now() - startedAt;
      expect(first.map(({ kind }) => kind)).toEqual(['none', 'none', 'none']);
      expect(tookMs).toBeGreaterThanOrEqual(COMMAND_TIMEOUT_MS - 1);
      expect(tookMs).toBeLessThan(COMMAND_TIMEOUT_MS + SLACK_MS);
      const againAt = performance.now();
      for (let key = 0; key < 1_000; key += 1) await broken.store.acquire('view', String(key), BOUND_MS);
      expect(performance.now() - againAt).toBeLessThan(SLACK_MS);
    });

    it('a thawed Redis is used again, and no caller waits for a lease acquired as it froze', async () => {
      await using test = await openBroken();
      const { broken, healthy, proxy } = test;
      proxy.freeze();
      await broken.store.acquire('view', 'a', BOUND_MS);
      proxy.thaw();
      await untilUsable(broken.link);
      const askedAt = performance.now();
      const lease = await acquireLease(healthy.store, 'a');
      expect(performance.now() - askedAt).toBeLessThan(SLACK_MS);
      await fillNow(healthy.store, lease, 'text');
      expect((await broken.store.acquire('view', 'a', BOUND_MS)).kind).toBe('entry');
    });

    it('after an outage no instance finds an entry that one instance could not invalidate', async () => {
      await using test = await openBroken();
      const { broken, healthy, proxy } = test;
      await fillNow(healthy.store, await acquireLease(healthy.store, 'a'), 'old');
      proxy.refuse();
      broken.store.invalidate('view', 'a');
      await until('the loss is noticed', () => !broken.link.isUsable);
      proxy.accept();
      await untilUsable(broken.link);
      expect((await healthy.store.acquire('view', 'a', BOUND_MS)).kind).toBe('lease');
    });

    it('entries restored by a failover are not found once the disconnected instance is back', async () => {
      await using test = await openBroken();
      const { broken, healthy, proxy, inspector, installation } = test;
      await fillNow(healthy.store, await acquireLease(healthy.store, 'a'), 'old');
      const snapshot = await inspector.snapshot(installation);
      proxy.refuse();
      await until('the loss is noticed', () => !broken.link.isUsable);
      // A failover to a replica that lags: entries, tokens and namespace are those of an earlier time.
      await inspector.restore(installation, snapshot);
      expect((await healthy.store.acquire('view', 'a', BOUND_MS)).kind).toBe('entry');
      proxy.accept();
      await untilUsable(broken.link);
      expect((await broken.store.acquire('view', 'a', BOUND_MS)).kind).toBe('lease');
    });

    it('no invalidation is lost between the replacement of the namespace and the first use', async () => {
      await using test = await openBroken();
      const { broken, healthy, proxy } = test;
      proxy.refuse();
      await until('the loss is noticed', () => !broken.link.isUsable);
      proxy.accept();
      // Resolves as soon as the namespace is replaced, before the instance that replaced it has noticed.
      const lease = await acquireLease(healthy.store, 'a');
      const recovered = Promise.withResolvers<void>();
      broken.link.onRecovered(async () => {
        await fillNow(healthy.store, await acquireLease(healthy.store, 'b'), 'old');
        broken.store.invalidate('view', 'b');
        recovered.resolve();
      });
      await recovered.promise;
      await untilUsable(broken.link);
      expect((await broken.store.acquire('view', 'b', BOUND_MS)).kind).toBe('lease');
      healthy.store.release(lease);
    });

    it('Redis stays in use when this process stands still', async () => {
      await using test = await openBroken();
      const { healthy } = test;
      const acquiring = [1, 2, 3].map((key) => healthy.store.acquire('view', `still ${key}`, BOUND_MS));
      await new Promise((resolve) => setImmediate(resolve));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, COMMAND_TIMEOUT_MS * 4);
      expect((await Promise.all(acquiring)).map(({ kind }) => kind)).toEqual(['lease', 'lease', 'lease']);
      expect(healthy.link.isUsable).toBe(true);
    });

    it('Redis is not used before the recovery work of every store has run', async () => {
      await using test = await openBroken();
      const { healthy, installation } = test;
      await fillNow(healthy.store, await acquireLease(healthy.store, 'a'), 'from before this process');
      await using link = openRedis(url, createLogger('silent'));
      await untilUsable(link);
      const late = new RedisStore(link, new SampledClock(), installation);
      expect((await late.acquire('view', 'a', BOUND_MS)).kind).toBe('none');
      await untilUsable(link);
      expect((await late.acquire('view', 'a', BOUND_MS)).kind).toBe('lease');
    });
  });
});

onOwnRedis('RedisStore with a full Redis', (startRedis) => {
  it('a full Redis stays in use, and each instance loads for itself', async () => {
    await using redis = await startRedis('--maxmemory-policy', 'noeviction');
    await using instance = await openTestStore(redis.url, newInstallation());
    await using other = await openTestStore(redis.url, newInstallation());
    const { store, link } = instance;
    const admin = createClient({ url: redis.url });
    await admin.connect();
    await using stack = new AsyncDisposableStack();
    stack.defer(() => admin.destroy());
    const limit = (bytes: string) => admin.configSet('maxmemory', bytes);
    await fillNow(store, await acquireLease(store, 'known'), 'text');
    const early = await acquireLease(store, 'early');

    await limit('1');
    expect((await store.acquire('view', 'missing', BOUND_MS)).kind).toBe('none');
    expect((await store.acquire('view', 'known', BOUND_MS)).kind).toBe('entry');
    await fillNow(store, early, 'text');
    expect(link.isUsable).toBe(true);
    store.invalidate('view', 'known');

    await limit('0');
    const askedAt = performance.now();
    expect((await store.acquire('view', 'early', BOUND_MS)).kind).toBe('lease');
    expect((await store.acquire('view', 'known', BOUND_MS)).kind).toBe('lease');
    expect(performance.now() - askedAt).toBeLessThan(SLACK_MS);

    await limit('1');
    // Redis must not be used while its namespace cannot be replaced.
    store.invalidateAll();
    await until('Redis is not used', () => !link.isUsable);
    await limit('0');
    await untilUsable(link, other.link);
  });
});
