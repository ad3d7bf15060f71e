import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseClock } from '../platform/db/database-clock.ts';
import type { RedisLink } from '../platform/redis-link.ts';

/** The right to load and fill a key, held by one instance at a time. */
export interface OwnClaim {
  readonly kind: 'ours';
  readonly keys: readonly [namespace: string, entry: string, token: string, lease: string];
  readonly namespace: string;
  readonly token: string;
  readonly holder: string;
}

/** Somebody's knowledge, within the bound that was asked for. */
export interface FoundClaim {
  readonly kind: 'found';
  /** `null`: that there is nothing. */
  readonly text: string | null;
  readonly ageMs: number;
}

export type Claim =
  | FoundClaim
  | OwnClaim
  /** No agreement with the others: load for oneself, and do not fill. */
  | { readonly kind: 'alone' };

/**
 * What instances share through Redis: entries, and who loads a missing one. Redis is a cache and may lose, repeat
 * or resurrect anything, so nothing in it is believed without two random words that must still match:
 *
 * - the key's **token**, taken before a load and deleted by every invalidation: a load that began before the
 *   invalidation cannot fill after it;
 * - the **namespace**, put anew by every instance that had lost Redis or the change feed and by every bulk change:
 *   what was filled before is then no longer found.
 *
 * Both are random, never counted: a counter that restarts would make old entries look right again.
 */
export interface RemoteStore {
  /**
   * Finds an entry that was no older than `boundMs` when Redis answered, or the right to load it, waiting for another
   * loader in bounded time.
   */
  claim(view: string, key: string, boundMs: number): Promise<Claim>;
  /** @param observedAt `performance.now()` from before the load */
  fill(claim: OwnClaim, text: string | null, observedAt: number, boundMs: number): Promise<void>;
  release(claim: OwnClaim): void;
  invalidate(view: string, key: string): void;
  invalidateAll(): void;
}

const LEASE_MS = 3_000;
const POLL_MS = 5;
const LONGEST_POLL_MS = 40;

// A lease holds only in the namespace it was given in. The answer to whoever got one just as Redis froze is lost, and
// so is a load from before a bulk change: nobody should wait for either.
const CLAIM = `
local namespace = redis.call('GET', KEYS[1])
if not namespace then
  namespace = ARGV[1]
  redis.call('SET', KEYS[1], namespace)
end
local entry = redis.call('HMGET', KEYS[2], 'namespace', 'observed', 'text')
if entry[1] == namespace and tonumber(entry[2]) >= tonumber(ARGV[2]) then
  return {'found', entry[2], entry[3]}
end
local lease = redis.call('GET', KEYS[4])
if lease and string.sub(lease, 1, #namespace) == namespace then
  return {'wait'}
end
redis.call('SET', KEYS[4], namespace .. ARGV[1], 'PX', ARGV[3])
redis.call('SET', KEYS[3], ARGV[1], 'NX', 'PX', ARGV[4])
return {'ours', namespace, redis.call('GET', KEYS[3])}`;

// A Redis that is full refuses the entry; the lease ends all the same.
const FILL = `
if redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('GET', KEYS[3]) == ARGV[2] then
  redis.pcall('HSET', KEYS[2], 'namespace', ARGV[1], 'observed', ARGV[4], 'text', ARGV[5])
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
end
if redis.call('GET', KEYS[4]) == ARGV[3] then redis.call('DEL', KEYS[4]) end`;

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

/** An entry that is absent is stored as this, which no codec writes. */
const NOTHING = '\u0000';

export class RedisStore implements RemoteStore {
  readonly #link: RedisLink;
  readonly #clock: DatabaseClock;
  readonly #prefix: string;

  /** @param installation names the database whose knowledge this is; two of them may share one Redis */
  constructor(link: RedisLink, clock: DatabaseClock, installation: string) {
    this.#link = link;
    this.#clock = clock;
    this.#prefix = `holdfast:${installation}`;
    link.onRecovered((put) => this.#renewNamespace(put));
  }

  async claim(view: string, key: string, boundMs: number): Promise<Claim> {
    const keys = this.#keys(view, key);
    const givenUpAt = performance.now() + LEASE_MS;
    for (let pollMs = POLL_MS; performance.now() < givenUpAt; pollMs = Math.min(pollMs * 2, LONGEST_POLL_MS)) {
      const holder = randomUUID();
      const oldest = this.#clock.latestMs() - boundMs;
      const answer = await this.#try(() =>
        this.#link.evaluate(CLAIM, keys, [holder, String(oldest), String(LEASE_MS), String(LEASE_MS * 2)]),
      );
      if (!Array.isArray(answer)) return { kind: 'alone' };
      const [kind, first = '', second = ''] = answer.map(String);
      if (kind === 'found') {
        const ageMs = Math.max(this.#clock.latestMs() - Number(first), 0);
        return { kind, text: second === NOTHING ? null : second, ageMs };
      }
      if (kind === 'ours') return { kind, keys, namespace: first, token: second, holder: first + holder };
      await delay(pollMs);
    }
    return { kind: 'alone' };
  }

  async fill(claim: OwnClaim, text: string | null, observedAt: number, boundMs: number): Promise<void> {
    const elapsedMs = performance.now() - observedAt;
    const observedMs = this.#clock.earliestMs() - elapsedMs;
    const leftMs = Math.floor(boundMs - elapsedMs);
    if (leftMs <= 0) return this.release(claim);
    await this.#try(() =>
      this.#link.evaluate(FILL, claim.keys, [
        claim.namespace,
        claim.token,
        claim.holder,
        String(observedMs),
        text ?? NOTHING,
        String(leftMs),
      ]),
    );
  }

  release(claim: OwnClaim): void {
    void this.#try(() => this.#link.evaluate(RELEASE, [claim.keys[3]], [claim.holder]));
  }

  invalidate(view: string, key: string): void {
    const [, entry, token, lease] = this.#keys(view, key);
    this.#mustReach(() => this.#link.remove([entry, token, lease]));
  }

  invalidateAll(): void {
    this.#mustReach(() => this.#renewNamespace((name, value) => this.#link.put(name, value)));
  }

  #renewNamespace(put: RedisLink['put']): Promise<void> {
    return put(`${this.#prefix}:namespace`, randomUUID());
  }

  #keys(view: string, key: string): OwnClaim['keys'] {
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

  /** An invalidation that may not have arrived leaves Redis unusable until its namespace is put anew. */
  #mustReach(work: () => Promise<unknown>): void {
    work().catch(() => this.#link.distrust());
  }
}
