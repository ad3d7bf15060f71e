import { LRUCache } from 'lru-cache';

/** So many requests in every window of time. */
export interface RateLimit {
  readonly requests: number;
  readonly windowMs: number;
}

/** Tokens of the window that all instances share, which this instance may spend until that window ends. */
export interface Lease {
  /** Number of tokens; 0 when the window has none left. */
  readonly granted: number;
  /** Tokens that the window has left after it. */
  readonly left: number;
  readonly endsInMs: number;
}

/** The windows that all instances share. */
export interface SharedWindows {
  readonly isUsable: boolean;
  /** @throws when it cannot be reached or refuses */
  lease(name: string, limit: RateLimit, tokens: number): Promise<Lease>;
}

export interface Decision {
  readonly isAdmitted: boolean;
  /** Requests that may still come in this window, as far as this instance knows. */
  readonly remaining: number;
  /** Time until the window ends, in milliseconds. */
  readonly resetMs: number;
}

/** The window of one name, in this instance. */
interface Window {
  endsAtMs: number;
  /** Requests admitted by this instance. */
  used: number;
  /** Tokens of the shared window in hand. */
  leased: number;
  /** Tokens that the shared window had left at the last lease. */
  sharedLeft: number;
  /** Whether the shared window had no token left. */
  isExhausted: boolean;
}

const MAX_NAMES = 100_000;
/** Part of a limit that is leased at a time: small enough that few tokens lie unused, and 1 for small limits. */
const LEASES_PER_LIMIT = 50;
/** Time without attempts after the shared windows have failed. */
const PAUSE_MS = 1_000;

/**
 * Limits requests by name, from memory. With shared windows each instance spends leases of them, so that all together
 * never admit more than the limit; one that finds them lost counts alone until they are back, beginning with what it
 * has admitted. Either way an instance never admits more than the limit in its own window.
 */
export class RateLimiter {
  readonly limit: RateLimit;
  readonly #shared: SharedWindows | undefined;
  readonly #now: () => number;
  readonly #leaseSize: number;
  readonly #windows = new LRUCache<string, Window>({ max: MAX_NAMES });
  /** Leases that are being taken, by name. */
  readonly #leasing = new Map<string, Promise<void>>();
  #pausedUntilMs = 0;

  /** @param now a clock that never goes back, in milliseconds */
  constructor(limit: RateLimit, shared?: SharedWindows, now: () => number = () => performance.now()) {
    this.limit = limit;
    this.#shared = shared;
    this.#now = now;
    this.#leaseSize = Math.max(1, Math.floor(limit.requests / LEASES_PER_LIMIT));
  }

  /** Whether `fromMemory` would admit a request now. */
  canAdmit(name: string): boolean {
    const window = this.#windowOf(name, this.#now());
    return !this.#isSpent(window) && !this.#needsLease(window);
  }

  /** Decides about a request, and counts it if it is admitted. `undefined` means that only `decide` can. */
  fromMemory(name: string): Decision | undefined {
    const now = this.#now();
    const window = this.#windowOf(name, now);
    const resetMs = this.#resetMs(window, now);
    if (this.#isSpent(window)) return { isAdmitted: false, remaining: 0, resetMs };
    if (this.#needsLease(window)) return undefined;
    if (window.leased > 0) window.leased -= 1;
    window.used += 1;
    return { isAdmitted: true, remaining: this.#remaining(window), resetMs };
  }

  /** Decides about a request, and counts it if it is admitted. It waits for a lease if it must, and never fails. */
  async decide(name: string): Promise<Decision> {
    let decision = this.fromMemory(name);
    while (decision === undefined) {
      await this.#leaseOnce(name);
      decision = this.fromMemory(name);
    }
    return decision;
  }

  #windowOf(name: string, now: number): Window {
    const known = this.#windows.get(name);
    if (known !== undefined && now < known.endsAtMs) return known;
    const endsAtMs = now + this.limit.windowMs;
    const window = { endsAtMs, used: 0, leased: 0, sharedLeft: 0, isExhausted: false };
    this.#windows.set(name, window);
    return window;
  }

  #isSpent({ used, leased, isExhausted }: Window): boolean {
    return used >= this.limit.requests || (isExhausted && leased === 0);
  }

  #needsLease({ leased }: Window): boolean {
    return leased === 0 && this.#isShared();
  }

  #isShared(): boolean {
    return this.#shared?.isUsable === true && this.#now() >= this.#pausedUntilMs;
  }

  #remaining({ used, leased, sharedLeft }: Window): number {
    const own = this.limit.requests - used;
    return this.#isShared() ? Math.min(own, leased + sharedLeft) : own;
  }

  /** Never longer than the window, as the difference of two fractions of a millisecond may be. */
  #resetMs({ endsAtMs }: Window, now: number): number {
    return Math.min(this.limit.windowMs, endsAtMs - now);
  }

  /** Takes a lease for all that wait for one of this name. */
  #leaseOnce(name: string): Promise<void> {
    const running = this.#leasing.get(name) ?? this.#lease(name).finally(() => this.#leasing.delete(name));
    this.#leasing.set(name, running);
    return running;
  }

  async #lease(name: string): Promise<void> {
    // The end is counted from before the request, so that a token is never spent after its window.
    const askedAtMs = this.#now();
    try {
      const lease = await this.#shared?.lease(name, this.limit, this.#leaseSize);
      const now = this.#now();
      if (lease === undefined || askedAtMs + lease.endsInMs <= now) return;
      const window = this.#windowOf(name, now);
      window.endsAtMs = Math.min(window.endsAtMs, askedAtMs + lease.endsInMs);
      window.leased += lease.granted;
      window.sharedLeft = lease.left;
      window.isExhausted = lease.granted === 0;
    } catch {
      this.#pausedUntilMs = this.#now() + PAUSE_MS;
    }
  }
}
