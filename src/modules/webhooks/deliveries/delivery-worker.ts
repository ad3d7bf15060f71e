import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Batcher } from '../../../platform/batcher.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import { type AttemptDeps, attempt } from './attempt.ts';
import { PER_STATEMENT } from './delivery-limits.ts';
import {
  type AttemptResult,
  type Claimant,
  claimDeliveries,
  countWebhooks,
  finishDeliveries,
  releaseClaims,
  renewClaims,
  type WebhookChange,
  type WebhookCounts,
} from './delivery-store.ts';
import { Hands, type InHand } from './hands.ts';

export interface DeliveryDeps extends AttemptDeps {
  readonly database: Database;
  readonly feed: ChangeFeed;
  /** Makes deliveries of some of what has happened. @returns whether there is more */
  readonly fanOut: () => Promise<boolean>;
}

/** A delivery that a dead process had in hand is taken up when its lease and one poll have passed. */
const LEASE_MS = 8_000;
const RENEW_EVERY_MS = 2_500;
/** Retries and trials that fall due, events of instances that died, and lost announcements are found within this time. */
const POLL_MS = 1_000;
/** How often webhooks are counted. Without one there is nothing to find, and an idle server stays idle. */
const COUNT_EVERY_MS = 5_000;
/** Time for requests to end when the process stops. The rest is left to other instances. */
const STOP_WITHIN_MS = 1_000;
const MAX_RESULTS = 10_000;
/** No view shows deliveries. */
const UNSEEN = { awaitsFeed: false } as const;

/**
 * Sends deliveries. Every instance does so: it claims what is due, keeps the claims fresh while it works, and stores the
 * result of each attempt. A request does not wait for the result of the one before.
 */
export class DeliveryWorker implements AsyncDisposable {
  readonly #deps: DeliveryDeps;
  readonly #claimant: Claimant = { instance: randomUUID(), leaseMs: LEASE_MS };
  readonly #hands = new Hands();
  readonly #store: (result: AttemptResult) => Promise<void>;
  readonly #renewing: NodeJS.Timeout;
  readonly #stopping = new AbortController();
  readonly #cutOff = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #attempts = { delivered: 0, failed: 0 };
  #counts: WebhookCounts = { all: 0, failing: 0, disabled: 0 };
  #countedAt = Number.NEGATIVE_INFINITY;
  /** Resolves with whether there is something to do; otherwise it is time to look. */
  #wake = Promise.withResolvers<boolean>();
  #isReported = false;
  readonly #loop: Promise<void>;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    const maxBatchSize = PER_STATEMENT[deps.database.kind];
    this.#store = new Batcher({ maxBatchSize, maxConcurrent: 1, maxWaitMs: LEASE_MS }).open<AttemptResult, void>({
      name: 'webhook results',
      maxWaiting: MAX_RESULTS,
      run: async (results) => {
        this.#note(await deps.database.statement((tx) => finishDeliveries(tx, this.#claimant, results), UNSEEN));
        return results.map(() => undefined);
      },
    });
    deps.feed.subscribe({
      changed: ({ topic }) => {
        if (topic === 'outbox') this.#wake.resolve(true);
      },
      interrupted: () => this.#wake.resolve(true),
    });
    let isRenewing = false;
    this.#renewing = setInterval(async () => {
      if (isRenewing) return;
      isRenewing = true;
      await this.#renew();
      isRenewing = false;
    }, RENEW_EVERY_MS);
    this.#loop = this.#work();
  }

  /** Attempts since the start, by result. */
  attempts(): Readonly<Record<'delivered' | 'failed', number>> {
    return this.#attempts;
  }

  /** Webhooks, as of the last count. */
  counts(): WebhookCounts {
    return this.#counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#wake.resolve(true);
    await this.#loop;
    await this.#release(this.#hands.all().filter(({ state }) => state === 'waiting'));
    const timeout = new AbortController();
    const running = [...this.#running];
    await Promise.race([
      Promise.allSettled(running),
      delay(STOP_WITHIN_MS, undefined, { signal: timeout.signal }).catch(() => {}),
    ]);
    timeout.abort();
    this.#cutOff.abort();
    await Promise.allSettled(running);
    clearInterval(this.#renewing);
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    for (let isWoken = true; !signal.aborted; ) {
      this.#wake = Promise.withResolvers();
      try {
        await this.#count();
        if (isWoken || this.#counts.all > 0) {
          if (await this.#deps.fanOut()) this.#wake.resolve(true);
          if (!signal.aborted) await this.#claim();
        }
        this.#isReported = false;
      } catch (error) {
        const level = this.#isReported ? 'debug' : 'warn';
        this.#isReported = true;
        this.#deps.logger[level]({ err: error }, 'webhooks could not be worked on; retrying');
        await delay(POLL_MS, undefined, { signal }).catch(() => {});
        isWoken = true;
        continue;
      }
      const { promise, resolve } = this.#wake;
      const poll = setTimeout(() => resolve(false), this.#counts.all > 0 ? POLL_MS : COUNT_EVERY_MS);
      isWoken = await promise;
      clearTimeout(poll);
    }
  }

  async #count(): Promise<void> {
    if (performance.now() - this.#countedAt < COUNT_EVERY_MS) return;
    this.#counts = await this.#deps.database.read(countWebhooks);
    this.#countedAt = performance.now();
  }

  async #claim(): Promise<void> {
    const leasedAt = performance.now();
    const limits = this.#hands.claimLimits(PER_STATEMENT[this.#deps.database.kind]);
    const counts = this.#hands.counts();
    const testing = this.#hands.testing();
    const claimed = await this.#deps.database.statement(
      (tx) => claimDeliveries(tx, this.#claimant, limits, counts, testing),
      UNSEEN,
    );
    this.#hands.add(claimed, leasedAt, limits);
    this.#openRequests();
  }

  #openRequests(): void {
    while (!this.#stopping.signal.aborted) {
      const held = this.#hands.openNext();
      if (held === undefined) return;
      const run = this.#run(held).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  async #run(held: InHand): Promise<void> {
    const { delivery } = held;
    try {
      const result = await attempt(this.#deps, delivery, this.#cutOff.signal);
      const isDelivered = result.outcome === 'delivered';
      this.#attempts[isDelivered ? 'delivered' : 'failed'] += 1;
      const { unwanted, needsMore } = this.#hands.end(held, isDelivered);
      if (unwanted.length > 0) void this.#release(unwanted);
      if (needsMore) this.#wake.resolve(true);
      this.#openRequests();
      await this.#store(result);
      // The next one may begin now.
      if (!delivery.isProven) this.#wake.resolve(true);
    } catch (error) {
      // Cut off by the stop, or its result could not be stored: it is sent again.
      if (this.#cutOff.signal.aborted) await this.#release([held]);
      else this.#deps.logger.debug({ err: error }, 'the result of a webhook delivery could not be stored');
    }
    this.#hands.remove(held);
    this.#openRequests();
  }

  async #renew(): Promise<void> {
    const held = this.#hands.all();
    if (held.length === 0) return;
    const renewedAt = performance.now();
    try {
      const ids = held.map(({ delivery }) => delivery.deliveryId);
      const kept = await this.#deps.database.statement((tx) => renewClaims(tx, this.#claimant, ids), UNSEEN);
      for (const each of held) {
        if (kept.has(each.delivery.deliveryId)) each.leasedAt = renewedAt;
        else if (each.state === 'waiting') this.#hands.remove(each);
      }
    } catch (error) {
      this.#deps.logger.debug({ err: error }, 'claims of webhook deliveries could not be renewed');
    }
  }

  /** Leaves deliveries to other instances, or to a later claim. */
  async #release(held: readonly InHand[]): Promise<void> {
    if (held.length === 0) return;
    for (const each of held) this.#hands.remove(each);
    const ids = held.map(({ delivery }) => delivery.deliveryId);
    await this.#deps.database
      .statement((tx) => releaseClaims(tx, this.#claimant, ids), UNSEEN)
      .catch((error: unknown) => {
        this.#deps.logger.debug({ err: error }, 'claims of webhook deliveries could not be released');
      });
  }

  #note(changes: readonly WebhookChange[]): void {
    for (const { webhook_id, change } of changes) {
      if (change === 'proven' || change === 'due') this.#wake.resolve(true);
      else this.#deps.logger.warn({ webhook_id }, CHANGES[change]);
    }
  }
}

const CHANGES = {
  failing: 'webhook failing: five attempts in a row; one delivery at a time until one succeeds',
  disabled: 'webhook disabled: its receiver answered 410',
} as const;
