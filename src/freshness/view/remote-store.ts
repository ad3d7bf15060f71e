import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseClock } from '../../platform/db/database-clock.ts';
import type { RedisCommands, RedisLink } from '../../platform/redis-link.ts';

/** The right to load a key and fill its entry. One instance at a time holds it. */
export interface FillLease {
  readonly kind: 'lease';
  readonly keys: readonly [namespace: string, entry: string, token: string, lease: string];
  readonly namespace: string;
  readonly token: string;
  readonly holder: string;
}

/** An entry that an instance has filled, within the requested bound. */
export interface SharedEntry {
  readonly kind: 'entry';
  /** Encoded value; `null` when nothing has the key. */
  readonly text: string | null;
  readonly ageMs: number;
}

export type Acquired =
  | SharedEntry
  | FillLease
  /** Redis cannot be used, or another instance holds the lease for too long: load, and do not fill. */
  | { readonly kind: 'none' };

/**
 * Entries that instances share through Redis, and the choice of the instance that loads a missing one. Redis is a cache
 * that may lose, repeat or resurrect anything, so an entry counts only while two random values still match:
 *
 * - the **token** of its key, taken before a load and deleted by every invalidation: a load that began before an
 *   invalidation cannot fill after it;
 * - the **namespace**, replaced by every instance that had lost Redis or the change feed, and by every bulk change:
 *   entries filled before are no longer found.
 *
 * Both are random and not counted, because a counter that starts again would make old entries valid.
 */
export interface RemoteStore {
  /**
   * Returns an entry no older than `boundMs` at the time Redis answered, or the lease to load it. Waits, in bounded
   * time, while another instance loads it.
   */
  acquire(view: string, key: string, boundMs: number): Promise<Acquired>;
  /** @param observedAt `performance.now()` from before the load */
  fill(lease: FillLease, text: string | null, observedAt: number, boundMs: number): Promise<void>;
  release(lease: FillLease): void;
  invalidate(view: string, key: string): void;
  invalidateAll(): void;
}

const LEASE_MS = 3_000;
const POLL_MS = 5;
const LONGEST_POLL_MS = 40;

// A lease is valid only in the namespace in which it was given, so that no instance waits for one that cannot fill any
// more: one whose answer was lost when Redis froze, or one from before a bulk change.
const ACQUIRE = `
local namespace = redis.call('GET', KEYS[1])
if not namespace then
  namespace = ARGV[1]
  redis.call('SET', KEYS[1], namespace)
end
local entry = redis.call('HMGET', KEYS[2], 'namespace', 'observed', 'text')
if entry[1] == namespace and tonumber(entry[2]) >= tonumber(ARGV[2]) then
  return {'entry', entry[2], entry[3]}
end
local lease = redis.call('GET', KEYS[4])
if lease and string.sub(lease, 1, #namespace) == namespace then
  return {'wait'}
end
redis.call('SET', KEYS[4], namespace .. ARGV[1], 'PX', ARGV[3])
redis.call('SET', KEYS[3], ARGV[1], 'NX', 'PX', ARGV[4])
return {'lease', namespace, redis.call('GET', KEYS[3])}`;

// A Redis that is full refuses the entry. The lease ends all the same.
const FILL = `
if redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('GET', KEYS[3]) == ARGV[2] then
  redis.pcall('HSET', KEYS[2], 'namespace', ARGV[1], 'observed', ARGV[4], 'text', ARGV[5])
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
end
if redis.call('GET', KEYS[4]) == ARGV[3] then redis.call('DEL', KEYS[4]) end`;

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

/** Stored text of the answer that nothing has a key. No codec writes it. */
const NOTHING = '\u0000';

export class RedisStore implements RemoteStore {
  readonly #link: RedisLink;
  readonly #clock: DatabaseClock;
  readonly #prefix: string;

  /** @param installation name of the database that the entries come from: several may share one Redis */
  constructor(link: RedisLink, clock: DatabaseClock, installation: string) {
    this.#link = link;
    this.#clock = clock;
    this.#prefix = `holdfast:${installation}`;
    link.onRecovered(async (commands) => {
      await this.#replaceNamespace(commands.put);
      await this.#proveRights(commands);
    });
  }

  async acquire(view: string, key: string, boundMs: number): Promise<Acquired> {
    const keys = this.#keys(view, key);
    const deadline = performance.now() + LEASE_MS;
    for (let pollMs = POLL_MS; performance.now() < deadline; pollMs = Math.min(pollMs * 2, LONGEST_POLL_MS)) {
      const holder = randomUUID();
      const oldestMs = this.#clock.latestMs() - boundMs;
      const result = await this.#try(() =>
        this.#link.evaluate(ACQUIRE, keys, [holder, String(oldestMs), String(LEASE_MS), String(LEASE_MS * 2)]),
      );
      if (!Array.isArray(result)) return { kind: 'none' };
      const [kind, first = '', second = ''] = result.map(String);
      if (kind === 'entry') {
        const ageMs = Math.max(this.#clock.latestMs() - Number(first), 0);
        return { kind, text: second === NOTHING ? null : second, ageMs };
      }
      if (kind === 'lease') return { kind, keys, namespace: first, token: second, holder: first + holder };
      await delay(pollMs);
    }
    return { kind: 'none' };
  }

  async fill(lease: FillLease, text: string | null, observedAt: number, boundMs: number): Promise<void> {
    const elapsedMs = performance.now() - observedAt;
    const observedMs = this.#clock.earliestMs() - elapsedMs;
    const leftMs = Math.floor(boundMs - elapsedMs);
    if (leftMs <= 0) return this.release(lease);
    await this.#try(() =>
      this.#link.evaluate(FILL, lease.keys, [
        lease.namespace,
        lease.token,
        lease.holder,
        String(observedMs),
        text ?? NOTHING,
        String(leftMs),
      ]),
    );
  }

  release(lease: FillLease): void {
    void this.#try(() => this.#link.evaluate(RELEASE, [lease.keys[3]], [lease.holder]));
  }

  invalidate(view: string, key: string): void {
    const [, entry, token, lease] = this.#keys(view, key);
    this.#mustArrive(() => this.#link.remove([entry, token, lease]));
  }

  invalidateAll(): void {
    this.#mustArrive(() => this.#replaceNamespace((name, value) => this.#link.put(name, value)));
  }

  #replaceNamespace(put: RedisLink['put']): Promise<void> {
    return put(`${this.#prefix}:namespace`, randomUUID());
  }

  /** Stores, reads and removes an entry, so that a Redis that refuses one of it is not taken for one in use. */
  async #proveRights({ evaluate, remove }: RedisCommands): Promise<void> {
    const keys = this.#keys('probe', randomUUID());
    const [, entry, token, lease] = keys;
    const acquire = async () => (await evaluate(ACQUIRE, keys, [randomUUID(), '0', '1000', '1000'])) as string[];
    const [, namespace = '', filled = ''] = await acquire();
    await evaluate(FILL, keys, [namespace, filled, '', '0', NOTHING, '1000']);
    await evaluate(RELEASE, [lease], ['']);
    const [kind] = await acquire();
    await remove([entry, token, lease]);
    if (kind !== 'entry') throw new Error('an entry was not kept: memory, or the right to HSET or PEXPIRE, is missing');
  }

  #keys(view: string, key: string): FillLease['keys'] {
    const base = `${this.#prefix}:${view}:${key}`;
    return [`${this.#prefix}:namespace`, `${base}:entry`, `${base}:token`, `${base}:lease`];
  }

  async #try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch {
      return undefined;
    }
  }

  /** An invalidation that may not have arrived makes Redis unusable until its namespace has been replaced. */
  #mustArrive(work: () => Promise<unknown>): void {
    work().catch(() => this.#link.markLost());
  }
}
