import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FillLease, RemoteStore } from '../../../src/freshness/view/remote-store.ts';

/** Stores of instances that share entries. */
export interface SharedStores extends AsyncDisposable {
  readonly one: RemoteStore;
  readonly other: RemoteStore;
  /** A store of another installation on the same server. */
  readonly stranger: RemoteStore;
  /** Deletes everything that the two share, as a restart does. */
  flush(): Promise<void>;
}

const BOUND_MS = 60_000;
/** Lifetime of a lease that is not released. */
const LEASE_MS = 3_000;

let keys = 0;
function newKey(): string {
  keys += 1;
  return `key ${keys}`;
}

/** Acquires the lease of a key, or fails the test. */
export async function acquireLease(store: RemoteStore, key: string, boundMs = BOUND_MS): Promise<FillLease> {
  const acquired = await store.acquire('view', key, boundMs);
  if (acquired.kind !== 'lease') throw new Error(`acquired ${acquired.kind}, not a lease`);
  return acquired;
}

/** Fills an entry whose load began now. */
export async function fillNow(store: RemoteStore, lease: FillLease, text: string | null): Promise<void> {
  await store.fill(lease, text, performance.now(), BOUND_MS);
}

/** Tests that every store shared by instances must pass. Beyond them a store may lose anything at any time. */
export function remoteStoreSuite(name: string, open: () => Promise<SharedStores>): void {
  describe(name, () => {
    let stores: SharedStores | undefined;
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores?.[Symbol.asyncDispose]());
    const at = (): SharedStores => {
      if (!stores) throw new Error('the stores are not open');
      return stores;
    };

    describe('sharing', () => {
      it('an instance finds an entry that another one filled, with an age that is not too low', async () => {
        const { one, other } = at();
        const key = newKey();
        const lease = await acquireLease(one, key);
        const observedAt = performance.now() - 1_000;
        await one.fill(lease, 'text', observedAt, BOUND_MS);
        const found = await other.acquire('view', key, BOUND_MS);
        expect(found).toMatchObject({ kind: 'entry', text: 'text' });
        const ageMs = found.kind === 'entry' ? found.ageMs : 0;
        expect(ageMs).toBeGreaterThanOrEqual(1_000);
        // Timestamps have 17 digits, an error of less than a microsecond.
        expect(ageMs).toBeLessThanOrEqual(performance.now() - observedAt + 1);
      });

      it('an instance finds that nothing has a key', async () => {
        const { one, other } = at();
        const key = newKey();
        await fillNow(one, await acquireLease(one, key), null);
        expect(await other.acquire('view', key, BOUND_MS)).toMatchObject({ kind: 'entry', text: null });
      });

      it('every text is returned unchanged', async () => {
        const { one, other } = at();
        for (const text of ['', '{"a": "é\\u0000 \r\n"}', '  ', 'x'.repeat(1_000_000)]) {
          const key = newKey();
          await fillNow(one, await acquireLease(one, key), text);
          expect(await other.acquire('view', key, BOUND_MS)).toMatchObject({ kind: 'entry', text });
        }
      });

      it('an entry older than the requested bound is not returned', async () => {
        const { one, other } = at();
        const key = newKey();
        await one.fill(await acquireLease(one, key), 'text', performance.now() - 5_000, BOUND_MS);
        expect((await other.acquire('view', key, 6_000)).kind).toBe('entry');
        other.release(await acquireLease(other, key, 4_999));
      });

      it('a fill that is already past its bound is dropped, and its lease is released', async () => {
        const { one, other } = at();
        const key = newKey();
        await one.fill(await acquireLease(one, key), 'text', performance.now() - 2_000, 1_000);
        other.release(await acquireLease(other, key));
      });

      it('views, keys and installations are kept apart', async () => {
        const { one, other, stranger } = at();
        const key = newKey();
        await fillNow(one, await acquireLease(one, key), 'text');
        for (const acquired of [
          await other.acquire('another view', key, BOUND_MS),
          await other.acquire('view', `${key}:entry`, BOUND_MS),
          await stranger.acquire('view', key, BOUND_MS),
        ]) {
          expect(acquired.kind).toBe('lease');
        }
        stranger.invalidate('view', key);
        stranger.invalidateAll();
        await acquireLease(stranger, newKey());
        expect((await other.acquire('view', key, BOUND_MS)).kind).toBe('entry');
      });
    });

    describe('the lease', () => {
      it('of 50 callers at once one gets the lease, and 49 find what it filled', async () => {
        const { one, other } = at();
        const key = newKey();
        const acquiring = Array.from({ length: 50 }, (_, index) =>
          (index % 2 ? one : other).acquire('view', key, BOUND_MS).then(async (acquired) => {
            if (acquired.kind === 'lease') await fillNow(one, acquired, 'text');
            return acquired.kind;
          }),
        );
        const kinds = await Promise.all(acquiring);
        expect(kinds.filter((kind) => kind === 'lease')).toHaveLength(1);
        expect(kinds.filter((kind) => kind === 'entry')).toHaveLength(49);
      });

      it('a released lease goes to the next caller at once', async () => {
        const { one, other } = at();
        const key = newKey();
        one.release(await acquireLease(one, key));
        const lease = await acquireLease(other, key);
        await fillNow(other, lease, 'text');
        expect((await one.acquire('view', key, BOUND_MS)).kind).toBe('entry');
      });

      it('the lease of a holder that has died goes to the next caller in bounded time', async () => {
        const { one, other } = at();
        const key = newKey();
        const lost = await acquireLease(one, key);
        const askedAt = performance.now();
        const next = await other.acquire('view', key, BOUND_MS);
        const waitedMs = performance.now() - askedAt;
        expect(next.kind).not.toBe('entry');
        expect(waitedMs).toBeLessThan(LEASE_MS + 500);
        // A late release of the first lease does not end the lease that another instance holds now.
        const lease = next.kind === 'lease' ? next : await acquireLease(other, key);
        one.release(lost);
        const third = one.acquire('view', key, BOUND_MS);
        await fillNow(other, lease, 'text');
        expect((await third).kind).toBe('entry');
      });
    });

    describe('the fence', () => {
      it('a fill whose load began before an invalidation by any instance is refused', async () => {
        const { one, other } = at();
        for (const invalidator of [one, other]) {
          const key = newKey();
          const lease = await acquireLease(one, key);
          invalidator.invalidate('view', key);
          // The invalidator sends the next command, so the invalidation has been done by then.
          const next = await acquireLease(invalidator, key);
          await fillNow(one, lease, 'from before');
          await fillNow(invalidator, next, 'from after');
          expect(await one.acquire('view', key, BOUND_MS)).toMatchObject({ kind: 'entry', text: 'from after' });
        }
      });

      it('a fill from before an invalidation is refused also when no instance has acquired the key again', async () => {
        const { one, other } = at();
        const key = newKey();
        const lease = await acquireLease(one, key);
        one.invalidate('view', key);
        await fillNow(one, lease, 'from before');
        expect((await other.acquire('view', key, BOUND_MS)).kind).toBe('lease');
      });

      it('an invalidation ends the entry of its key for every instance', async () => {
        const { one, other } = at();
        const key = newKey();
        await fillNow(one, await acquireLease(one, key), 'from before');
        other.invalidate('view', key);
        expect((await other.acquire('view', key, BOUND_MS)).kind).toBe('lease');
      });

      it('invalidateAll ends every entry and lease, and refuses every fill from before it', async () => {
        const { one, other } = at();
        const [filled, loading] = [newKey(), newKey()];
        await fillNow(one, await acquireLease(one, filled), 'from before');
        const lease = await acquireLease(one, loading);
        other.invalidateAll();
        expect((await other.acquire('view', filled, BOUND_MS)).kind).toBe('lease');
        const askedAt = performance.now();
        const next = await acquireLease(other, loading);
        expect(performance.now() - askedAt).toBeLessThan(LEASE_MS / 2);
        await fillNow(one, lease, 'from before');
        await fillNow(other, next, 'from after');
        expect(await one.acquire('view', loading, BOUND_MS)).toMatchObject({ kind: 'entry', text: 'from after' });
      });

      it('a fill from before a flush is refused', async () => {
        const { one, other, flush } = at();
        const [loading, filled] = [newKey(), newKey()];
        await fillNow(one, await acquireLease(one, filled), 'text');
        const lease = await acquireLease(one, loading);
        await flush();
        await fillNow(one, lease, 'from before');
        expect((await other.acquire('view', loading, BOUND_MS)).kind).toBe('lease');
        expect((await other.acquire('view', filled, BOUND_MS)).kind).toBe('lease');
      });
    });
  });
}
