import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnClaim, RemoteStore } from '../../../src/freshness/remote-store.ts';

/** Instances that share one store. */
export interface SharedStores extends AsyncDisposable {
  readonly one: RemoteStore;
  readonly other: RemoteStore;
  /** Of another installation, beside the two. */
  readonly stranger: RemoteStore;
  /** Loses all that the store knows, as a restart does. */
  flush(): Promise<void>;
}

const BOUND_MS = 60_000;
/** A lease ends by itself after 3 s. */
const LEASE_MS = 3_000;

let keys = 0;
function newKey(): string {
  keys += 1;
  return `key ${keys}`;
}

/** The right to load, or the test fails. */
export async function claimed(store: RemoteStore, key: string, boundMs = BOUND_MS): Promise<OwnClaim> {
  const claim = await store.claim('view', key, boundMs);
  if (claim.kind !== 'ours') throw new Error(`the claim is ${claim.kind}, not ours`);
  return claim;
}

export async function fillFresh(store: RemoteStore, claim: OwnClaim, text: string | null): Promise<void> {
  await store.fill(claim, text, performance.now(), BOUND_MS);
}

/** What any store that instances share must do; one that does it may lose everything else at any time. */
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
      it('lets others find what one filled, as old as it is at least', async () => {
        const { one, other } = at();
        const key = newKey();
        const claim = await claimed(one, key);
        const observedAt = performance.now() - 1_000;
        await one.fill(claim, 'text', observedAt, BOUND_MS);
        const found = await other.claim('view', key, BOUND_MS);
        expect(found).toMatchObject({ kind: 'found', text: 'text' });
        const ageMs = found.kind === 'found' ? found.ageMs : 0;
        expect(ageMs).toBeGreaterThanOrEqual(1_000);
        // Stamps are written with 17 digits, which is less than a microsecond.
        expect(ageMs).toBeLessThanOrEqual(performance.now() - observedAt + 1);
      });

      it('lets others find that there is nothing', async () => {
        const { one, other } = at();
        const key = newKey();
        await fillFresh(one, await claimed(one, key), null);
        expect(await other.claim('view', key, BOUND_MS)).toMatchObject({ kind: 'found', text: null });
      });

      it('gives back any text as it was', async () => {
        const { one, other } = at();
        for (const text of ['', '{"a": "é\\u0000 \r\n"}', '  ', 'x'.repeat(1_000_000)]) {
          const key = newKey();
          await fillFresh(one, await claimed(one, key), text);
          expect(await other.claim('view', key, BOUND_MS)).toMatchObject({ kind: 'found', text });
        }
      });

      it('lets nobody find what is older than they asked for', async () => {
        const { one, other } = at();
        const key = newKey();
        await one.fill(await claimed(one, key), 'text', performance.now() - 5_000, BOUND_MS);
        expect((await other.claim('view', key, 6_000)).kind).toBe('found');
        other.release(await claimed(other, key, 4_999));
      });

      it('does not take in what is past its bound already, and frees the key', async () => {
        const { one, other } = at();
        const key = newKey();
        await one.fill(await claimed(one, key), 'text', performance.now() - 2_000, 1_000);
        other.release(await claimed(other, key));
      });

      it('keeps views, keys and installations apart', async () => {
        const { one, other, stranger } = at();
        const key = newKey();
        await fillFresh(one, await claimed(one, key), 'text');
        for (const claim of [
          await other.claim('another view', key, BOUND_MS),
          await other.claim('view', `${key}:entry`, BOUND_MS),
          await stranger.claim('view', key, BOUND_MS),
        ]) {
          expect(claim.kind).toBe('ours');
        }
        stranger.invalidate('view', key);
        stranger.invalidateAll();
        await claimed(stranger, newKey());
        expect((await other.claim('view', key, BOUND_MS)).kind).toBe('found');
      });
    });

    describe('who loads', () => {
      it('is one of all who ask at once, and the others find what it filled', async () => {
        const { one, other } = at();
        const key = newKey();
        const asking = Array.from({ length: 50 }, (_, index) =>
          (index % 2 ? one : other).claim('view', key, BOUND_MS).then(async (claim) => {
            if (claim.kind === 'ours') await fillFresh(one, claim, 'text');
            return claim.kind;
          }),
        );
        const kinds = await Promise.all(asking);
        expect(kinds.filter((kind) => kind === 'ours')).toHaveLength(1);
        expect(kinds.filter((kind) => kind === 'found')).toHaveLength(49);
      });

      it('is the next one at once when the first gives up', async () => {
        const { one, other } = at();
        const key = newKey();
        one.release(await claimed(one, key));
        const claim = await claimed(other, key);
        await fillFresh(other, claim, 'text');
        expect((await one.claim('view', key, BOUND_MS)).kind).toBe('found');
      });

      it('is the next one, in bounded time, when the first is never heard of again', async () => {
        const { one, other } = at();
        const key = newKey();
        const lost = await claimed(one, key);
        const askedAt = performance.now();
        const next = await other.claim('view', key, BOUND_MS);
        const waitedMs = performance.now() - askedAt;
        expect(next.kind).not.toBe('found');
        expect(waitedMs).toBeLessThan(LEASE_MS + 500);
        // Whoever comes late with the first lease does not end the one that others hold by now.
        const holder = next.kind === 'ours' ? next : await claimed(other, key);
        one.release(lost);
        const third = one.claim('view', key, BOUND_MS);
        await fillFresh(other, holder, 'text');
        expect((await third).kind).toBe('found');
      });
    });

    describe('the fence', () => {
      it('refuses a fill whose load began before an invalidation, whoever invalidates', async () => {
        const { one, other } = at();
        for (const invalidator of [one, other]) {
          const key = newKey();
          const claim = await claimed(one, key);
          invalidator.invalidate('view', key);
          // The invalidator asks next: whatever it sent before this has been done.
          const next = await claimed(invalidator, key);
          await fillFresh(one, claim, 'from before');
          await fillFresh(invalidator, next, 'from after');
          expect(await one.claim('view', key, BOUND_MS)).toMatchObject({ kind: 'found', text: 'from after' });
        }
      });

      it('refuses it also when nobody has asked again', async () => {
        const { one, other } = at();
        const key = newKey();
        const claim = await claimed(one, key);
        one.invalidate('view', key);
        await fillFresh(one, claim, 'from before');
        expect((await other.claim('view', key, BOUND_MS)).kind).toBe('ours');
      });

      it('lets nobody find what was filled before an invalidation', async () => {
        const { one, other } = at();
        const key = newKey();
        await fillFresh(one, await claimed(one, key), 'from before');
        other.invalidate('view', key);
        expect((await other.claim('view', key, BOUND_MS)).kind).toBe('ours');
      });

      it('refuses fills, and loses entries, from before anything may have changed; nobody waits for such a load', async () => {
        const { one, other } = at();
        const [filled, loading] = [newKey(), newKey()];
        await fillFresh(one, await claimed(one, filled), 'from before');
        const claim = await claimed(one, loading);
        other.invalidateAll();
        expect((await other.claim('view', filled, BOUND_MS)).kind).toBe('ours');
        const askedAt = performance.now();
        const next = await claimed(other, loading);
        expect(performance.now() - askedAt).toBeLessThan(LEASE_MS / 2);
        await fillFresh(one, claim, 'from before');
        await fillFresh(other, next, 'from after');
        expect(await one.claim('view', loading, BOUND_MS)).toMatchObject({ kind: 'found', text: 'from after' });
      });

      it('refuses a fill from before everything was lost', async () => {
        const { one, other, flush } = at();
        const [loading, filled] = [newKey(), newKey()];
        await fillFresh(one, await claimed(one, filled), 'text');
        const claim = await claimed(one, loading);
        await flush();
        await fillFresh(one, claim, 'from before');
        expect((await other.claim('view', loading, BOUND_MS)).kind).toBe('ours');
        expect((await other.claim('view', filled, BOUND_MS)).kind).toBe('ours');
      });
    });
  });
}
