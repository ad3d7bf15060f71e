import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Batcher } from '../../../platform/batcher.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import { type AttemptDeps, attempt } from './attempt.ts';
import {
  type AttemptResult,
  type ClaimedDelivery,
  claimDeliveries,
  countWebhooks,
  finishDeliveries,
  releaseClaims,
  renewClaims,
  type WebhookChange,
  type WebhookCounts,
} from './delivery-store.ts';

export interface DeliveryDeps extends AttemptDeps {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly logger: Logger;
  /** Makes deliveries of what has happened. */
  readonly fanOut: (signal: AbortSignal) => Promise<void>;
}

/** A delivery that a dead process had in hand is taken up when its lease and one poll have passed. */
const LEASE_MS = 8_000;
const RENEW_EVERY_MS = 2_500;
/** No attempt begins later than this after the claim or its renewal: by then another instance may have taken it up. */
const START_WITHIN_MS = 6_000;
/** Requests to one webhook at a time. */
const CONCURRENT = 16;
/** Deliveries of one webhook in hand, so that the next ones are there when a request ends. */
const IN_HAND = 256;
/** Both, for a webhook that fails. */
const CONCURRENT_WHILE_FAILING = 2;
/** Retries that fall due, events of instances that died, and lost announcements are found within this time. */
const POLL_MS = 1_000;
/** How often webhooks are counted. Without one there is nothing to find, and an idle server stays idle. */
const COUNT_EVERY_MS = 5_000;
/** Time for requests to end when the process stops. The rest is left to other instances. */
const STOP_WITHIN_MS = 1_000;
const FINISH_LIMITS = { maxBatchSize: 256, maxConcurrent: 1, maxWaiting: 100_000 };

interface InHand {
  readonly delivery: ClaimedDelivery;
  /** When its lease was last known to be fresh, by `performance.now()`. */
  leasedAt: number;
  isRunning: boolean;
}

/**
 * Sends deliveries. Every instance does so: it claims what is due, keeps the claims fresh while it works, and stores the result
 * of each attempt. One webhook never waits for another: each has its own requests at a time.
 */
export class DeliveryWorker implements AsyncDisposable {
  readonly #deps: DeliveryDeps;
  readonly #instance: string = randomUUID();
  readonly #hands = new Map<Id, Map<Id, InHand>>();
  readonly #finish: (result: AttemptResult) => Promise<void>;
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
    this.#finish = new Batcher(FINISH_LIMITS).open<AttemptResult, void>({
      name: 'webhook results',
      maxWaiting: FINISH_LIMITS.maxWaiting,
      run: async (results) => {
        this.#logChanges(await deps.database.statement((tx) => finishDeliveries(tx, this.#instance, results)));
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
    const waiting = [...this.#hands.values()].flatMap((hand) =>
      [...hand.values()].filter(({ isRunning }) => !isRunning).map(({ delivery }) => delivery.deliveryId),
    );
    await this.#release(waiting);
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
          await this.#deps.fanOut(signal);
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
    const inHand = new Map([...this.#hands].map(([webhookId, hand]) => [webhookId, hand.size]));
    const leasedAt = performance.now();
    const limits = { leaseMs: LEASE_MS, perWebhook: IN_HAND, perFailingWebhook: CONCURRENT_WHILE_FAILING };
    const claimed = await this.#deps.database.statement((tx) => claimDeliveries(tx, this.#instance, inHand, limits));
    for (const delivery of claimed) {
      const hand = this.#hands.get(delivery.webhookId) ?? new Map<Id, InHand>();
      hand.set(delivery.deliveryId, { delivery, leasedAt, isRunning: false });
      this.#hands.set(delivery.webhookId, hand);
    }
    for (const webhookId of new Set(claimed.map((delivery) => delivery.webhookId))) this.#startSome(webhookId);
  }

  #startSome(webhookId: Id): void {
    const hand = this.#hands.get(webhookId);
    if (hand === undefined || this.#stopping.signal.aborted) return;
    let running = 0;
    for (const { isRunning } of hand.values()) if (isRunning) running += 1;
    for (const held of hand.values()) {
      if (running >= CONCURRENT) return;
      if (held.isRunning) continue;
      if (performance.now() - held.leasedAt > START_WITHIN_MS) {
        this.#drop(held.delivery);
        continue;
      }
      held.isRunning = true;
      running += 1;
      const run = this.#run(held.delivery).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  async #run(delivery: ClaimedDelivery): Promise<void> {
    try {
      const result = await attempt(this.#deps, delivery, this.#cutOff.signal);
      this.#attempts[result.outcome === 'delivered' ? 'delivered' : 'failed'] += 1;
      await this.#finish(result);
    } catch (error) {
      // Cut off by the stop, or its result could not be stored: it is sent again.
      if (this.#cutOff.signal.aborted) await this.#release([delivery.deliveryId]);
      else this.#deps.logger.debug({ err: error }, 'the result of a webhook delivery could not be stored');
    }
    this.#drop(delivery);
    this.#startSome(delivery.webhookId);
    this.#wake.resolve(true);
  }

  #drop({ webhookId, deliveryId }: ClaimedDelivery): void {
    const hand = this.#hands.get(webhookId);
    hand?.delete(deliveryId);
    if (hand?.size === 0) this.#hands.delete(webhookId);
  }

  async #renew(): Promise<void> {
    const held = [...this.#hands.values()].flatMap((hand) => [...hand.values()]);
    if (held.length === 0) return;
    const renewedAt = performance.now();
    try {
      const ids = held.map(({ delivery }) => delivery.deliveryId);
      const kept = await this.#deps.database.statement((tx) => renewClaims(tx, this.#instance, ids, LEASE_MS));
      for (const each of held) {
        if (kept.has(each.delivery.deliveryId)) each.leasedAt = renewedAt;
        else if (!each.isRunning) this.#drop(each.delivery);
      }
    } catch (error) {
      this.#deps.logger.debug({ err: error }, 'claims of webhook deliveries could not be renewed');
    }
  }

  async #release(ids: readonly Id[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#deps.database
      .statement((tx) => releaseClaims(tx, this.#instance, ids))
      .catch((error: unknown) => {
        this.#deps.logger.debug({ err: error }, 'claims of webhook deliveries could not be released');
      });
  }

  #logChanges(changes: readonly WebhookChange[]): void {
    for (const { webhook_id, change } of changes) {
      this.#deps.logger.warn(
        { webhook_id },
        change === 'failing'
          ? 'webhook failing: five attempts in a row'
          : 'webhook disabled: its receiver answered 410',
      );
    }
  }
}
