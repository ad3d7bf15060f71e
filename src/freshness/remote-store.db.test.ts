import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';
import { startOwnRedis } from '../../test/support/freshness/own-redis.ts';
import { inspectRedis } from '../../test/support/freshness/redis-inspector.ts';
import { claimed, fillFresh, remoteStoreSuite } from '../../test/support/freshness/remote-store-suite.ts';
import {
  newInstallation,
  onRedis,
  openTestStore,
  PATIENT_MS,
  untilUsable,
} from '../../test/support/freshness/test-redis.ts';
import { openProxy, targetOf, through } from '../../test/support/server/tcp-proxy.ts';
import { until } from '../../test/support/server/until.ts';
import { SampledClock } from '../platform/db/database-clock.ts';
import { createLogger } from '../platform/logger.ts';
import { openRedis } from '../platform/redis-link.ts';
import { RedisStore } from './remote-store.ts';

const BOUND_MS = 60_000;
/** What a command gets before Redis is given up, and what a busy machine may add to it. */
const GIVEN_UP_MS = 50;
const SLACK_MS = 250;

onRedis('RedisStore', (url) => {
  remoteStoreSuite('as a shared store', async () => {
    const installation = newInstallation();
    await using stack = new AsyncDisposableStack();
    const one = stack.use(await openTestStore(url, installation, PATIENT_MS));
    const other = stack.use(await openTestStore(url, installation, PATIENT_MS));
    const strange = newInstallation();
    const stranger = stack.use(await openTestStore(url, strange, PATIENT_MS));
    const inspector = stack.use(await inspectRedis(url));
    stack.defer(() => inspector.flush(installation));
    stack.defer(() => inspector.flush(strange));
    const owned = stack.move();
    return {
      one: one.store,
      other: other.store,
      stranger: stranger.store,
      flush: () => inspector.flush(installation),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  });

  describe('when Redis is not there', () => {
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

    it('frozen: costs whoever is waiting 50 ms, once, and nobody after that', async () => {
      await using test = await openBroken();
      const { broken, proxy } = test;
      proxy.freeze();
      const askedAt = performance.now();
      const first = await Promise.all([1, 2, 3].map((key) => broken.store.claim('view', String(key), BOUND_MS)));
      const tookMs = performance.now() - askedAt;
      expect(first.map(({ kind }) => kind)).toEqual(['alone', 'alone', 'alone']);
      expect(tookMs).toBeGreaterThanOrEqual(GIVEN_UP_MS - 1);
      expect(tookMs).toBeLessThan(GIVEN_UP_MS + SLACK_MS);
      const againAt = performance.now();
      for (let key = 0; key < 1_000; key += 1) await broken.store.claim('view', String(key), BOUND_MS);
      expect(performance.now() - againAt).toBeLessThan(SLACK_MS);
    });

    it('thawed: is used again, and nobody waits for what was claimed as it froze', async () => {
      await using test = await openBroken();
      const { broken, healthy, proxy } = test;
      proxy.freeze();
      await broken.store.claim('view', 'a', BOUND_MS);
      proxy.thaw();
      await untilUsable(broken.link);
      const askedAt = performance.now();
      const claim = await claimed(healthy.store, 'a');
      expect(performance.now() - askedAt).toBeLessThan(SLACK_MS);
      await fillFresh(healthy.store, claim, 'text');
      expect((await broken.store.claim('view', 'a', BOUND_MS)).kind).toBe('found');
    });

    it('lost: what an instance could not invalidate is found by nobody once it is back', async () => {
      await using test = await openBroken();
      const { broken, healthy, proxy } = test;
      await fillFresh(healthy.store, await claimed(healthy.store, 'a'), 'old');
      proxy.refuse();
      broken.store.invalidate('view', 'a');
      await until('the loss is noticed', () => !broken.link.usable);
      proxy.accept();
      await untilUsable(broken.link);
      expect((await healthy.store.claim('view', 'a', BOUND_MS)).kind).toBe('ours');
    });

    it('lost: what was filled meanwhile is found by nobody once an instance is back that heard of changes', async () => {
      await using test = await openBroken();
      const { broken, healthy, proxy, inspector, installation } = test;
      await fillFresh(healthy.store, await claimed(healthy.store, 'a'), 'old');
      const snapshot = await inspector.snapshot(installation);
      proxy.refuse();
      await until('the loss is noticed', () => !broken.link.usable);
      // A failover to a copy that lags: entries, tokens and namespace come back from the past.
      await inspector.restore(installation, snapshot);
      expect((await healthy.store.claim('view', 'a', BOUND_MS)).kind).toBe('found');
      proxy.accept();
      await untilUsable(broken.link);
      expect((await broken.store.claim('view', 'a', BOUND_MS)).kind).toBe('ours');
    });

    it('coming back: no invalidation is lost between the renewal and the first use', async () => {
      await using test = await openBroken();
      const { broken, healthy, proxy } = test;
      proxy.refuse();
      await until('the loss is noticed', () => !broken.link.usable);
      proxy.accept();
      // As soon as the namespace is another one, and before the one who renewed it knows that it has.
      const entry = await claimed(healthy.store, 'a');
      const renewed = Promise.withResolvers<void>();
      broken.link.onRecovered(async () => {
        await fillFresh(healthy.store, await claimed(healthy.store, 'b'), 'old');
        broken.store.invalidate('view', 'b');
        renewed.resolve();
      });
      await renewed.promise;
      await untilUsable(broken.link);
      expect((await broken.store.claim('view', 'b', BOUND_MS)).kind).toBe('ours');
      healthy.store.release(entry);
    });

    it('is not taken for lost because this process stood still', async () => {
      await using test = await openBroken();
      const { healthy } = test;
      const claims = [1, 2, 3].map((key) => healthy.store.claim('view', `still ${key}`, BOUND_MS));
      await new Promise((resolve) => setImmediate(resolve));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, GIVEN_UP_MS * 4);
      expect((await Promise.all(claims)).map(({ kind }) => kind)).toEqual(['ours', 'ours', 'ours']);
      expect(healthy.link.usable).toBe(true);
    });

    it('is not used before everybody who uses it has been told to begin', async () => {
      await using test = await openBroken();
      const { healthy, installation } = test;
      await fillFresh(healthy.store, await claimed(healthy.store, 'a'), 'from before this process');
      await using link = openRedis(url, createLogger('silent'));
      await untilUsable(link);
      const late = new RedisStore(link, new SampledClock(), installation);
      expect((await late.claim('view', 'a', BOUND_MS)).kind).toBe('alone');
      await untilUsable(link);
      expect((await late.claim('view', 'a', BOUND_MS)).kind).toBe('ours');
    });
  });
});

describe('a Redis that is full', async () => {
  const probe = await startOwnRedis();
  await probe?.[Symbol.asyncDispose]();

  // Only a Redis of its own may be filled up, and the program for that may not be installed where a Redis answers.
  it.skipIf(probe === undefined)('says no in time: it stays in use, and each instance loads for itself', async () => {
    await using redis = await startOwnRedis('--maxmemory-policy', 'noeviction');
    if (!redis) throw new Error('redis-server is gone');
    await using instance = await openTestStore(redis.url, newInstallation());
    await using other = await openTestStore(redis.url, newInstallation());
    const { store, link } = instance;
    const admin = createClient({ url: redis.url });
    await admin.connect();
    await using stack = new AsyncDisposableStack();
    stack.defer(() => admin.destroy());
    const limit = (bytes: string) => admin.configSet('maxmemory', bytes);
    await fillFresh(store, await claimed(store, 'known'), 'text');
    const early = await claimed(store, 'early');

    await limit('1');
    expect((await store.claim('view', 'missing', BOUND_MS)).kind).toBe('alone');
    expect((await store.claim('view', 'known', BOUND_MS)).kind).toBe('found');
    await fillFresh(store, early, 'text');
    expect(link.usable).toBe(true);
    store.invalidate('view', 'known');

    await limit('0');
    const askedAt = performance.now();
    expect((await store.claim('view', 'early', BOUND_MS)).kind).toBe('ours');
    expect((await store.claim('view', 'known', BOUND_MS)).kind).toBe('ours');
    expect(performance.now() - askedAt).toBeLessThan(SLACK_MS);

    await limit('1');
    // A namespace that cannot be put anew leaves nothing that may be used.
    store.invalidateAll();
    await until('it is not used', () => !link.usable);
    await limit('0');
    await untilUsable(link, other.link);
  });
});
