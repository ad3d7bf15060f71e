import type { Id } from '../../../platform/ids.ts';
import { type ClaimLimits, claimLimits, openLimit } from './delivery-limits.ts';
import type { ClaimedDelivery } from './delivery-store.ts';

/** Failures in a row after which the database has a webhook on trial. */
const FAILURES_UNTIL_TRIAL = 5;
/** No request is opened later than this after the claim or its renewal: by then another instance may have taken it up. */
const OPEN_WITHIN_MS = 6_000;

/** A delivery in hand. */
export interface InHand {
  readonly delivery: ClaimedDelivery;
  /** When its lease was last known to be fresh, by `performance.now()`. */
  leasedAt: number;
  /** Whether its request may still be opened, is open, or has ended and its result is to be stored. */
  state: 'waiting' | 'open' | 'ended';
}

/** The deliveries of one webhook, or its tests. */
interface Hand {
  kind: 'proven' | 'on trial' | 'test';
  readonly waiting: Set<InHand>;
  open: number;
  failuresInRow: number;
  /** When no more than so many wait, the database may have more. Negative when it had no more at the last claim. */
  refillAt: number;
}

/**
 * The deliveries that this instance has in hand, and the order in which their requests are opened. Webhooks take turns, each within its limit, and all
 * within the limits of the instance.
 */
export class Hands {
  readonly #all = new Map<Id, InHand>();
  readonly #hands = new Map<Id, Hand>();
  readonly #tests = new Map<Id, Hand>();
  /** Those with deliveries that wait. The one whose turn was longest ago comes first. */
  readonly #queue = new Set<Hand>();
  #open = 0;

  all(): readonly InHand[] {
    return [...this.#all.values()];
  }

  /** Deliveries of each webhook that wait or are open, without tests. */
  counts(): ReadonlyMap<Id, number> {
    return new Map([...this.#hands].map(([webhookId, hand]) => [webhookId, sizeOf(hand)]));
  }

  /** Webhooks with a test in hand. */
  testing(): readonly Id[] {
    return [...this.#tests.keys()];
  }

  claimLimits(perStatement: number): ClaimLimits {
    const hands = [...this.#hands.values()];
    const tests = this.#tests.size;
    const inHand = hands.reduce((sum, hand) => sum + sizeOf(hand), tests);
    const onTrial = hands.filter(({ kind }) => kind === 'on trial').length;
    return claimLimits({ inHand, onTrial, tests, unstored: this.#all.size - inHand }, perStatement);
  }

  /** Takes the deliveries in hand that a claim within `limits` has returned. */
  add(claimed: readonly ClaimedDelivery[], leasedAt: number, limits: ClaimLimits): void {
    const isCut = claimed.length >= limits.deliveries;
    for (const delivery of claimed) {
      const known = this.#all.get(delivery.deliveryId);
      if (known !== undefined) {
        // This instance was frozen for longer than a lease, and has claimed it again while its request is open.
        known.leasedAt = leasedAt;
        continue;
      }
      const held: InHand = { delivery, leasedAt, state: 'waiting' };
      this.#all.set(delivery.deliveryId, held);
      const hand = this.#handOf(delivery);
      if (!delivery.isSingle) hand.kind = delivery.isProven ? 'proven' : 'on trial';
      hand.waiting.add(held);
      this.#queue.add(hand);
      hand.refillAt = isCut || sizeOf(hand) >= limits.perWebhook ? hand.waiting.size / 2 : -1;
    }
  }

  /** The next delivery to send, which counts as open from now on; `undefined` when no request may be opened. */
  openNext(): InHand | undefined {
    const openedAfter = performance.now() - OPEN_WITHIN_MS;
    for (const hand of this.#queue) {
      if (hand.open >= openLimit(this.#open - hand.open)) continue;
      for (const held of hand.waiting) {
        if (held.leasedAt >= openedAfter) return this.#openOf(hand, held);
        this.remove(held);
      }
    }
    return undefined;
  }

  /**
   * Notes that a request has ended. Its delivery stays in hand until its result is stored.
   *
   * @returns what waits of a webhook that has begun to fail, and is to be released; whether there may be more to claim
   */
  end(held: InHand, isDelivered: boolean): { readonly unwanted: readonly InHand[]; readonly needsMore: boolean } {
    const hand = this.#handOf(held.delivery);
    this.#close(hand, held);
    hand.failuresInRow = isDelivered ? 0 : hand.failuresInRow + 1;
    const isFailing = hand.kind !== 'test' && hand.failuresInRow >= FAILURES_UNTIL_TRIAL;
    if (isFailing) hand.kind = 'on trial';
    const unwanted = isFailing ? [...hand.waiting] : [];
    return { unwanted, needsMore: !isFailing && hand.waiting.size <= hand.refillAt };
  }

  /** Lets go of a delivery. */
  remove(held: InHand): void {
    const { deliveryId, webhookId, isSingle } = held.delivery;
    if (!this.#all.delete(deliveryId)) return;
    const hand = this.#handOf(held.delivery);
    if (held.state === 'open') this.#close(hand, held);
    if (held.state === 'waiting') hand.waiting.delete(held);
    if (hand.waiting.size === 0) this.#queue.delete(hand);
    if (sizeOf(hand) === 0) (isSingle ? this.#tests : this.#hands).delete(webhookId);
  }

  #handOf({ webhookId, isSingle }: ClaimedDelivery): Hand {
    const hands = isSingle ? this.#tests : this.#hands;
    const hand = hands.get(webhookId) ?? newHand(isSingle);
    hands.set(webhookId, hand);
    return hand;
  }

  #openOf(hand: Hand, held: InHand): InHand {
    held.state = 'open';
    hand.open += 1;
    this.#open += 1;
    hand.waiting.delete(held);
    this.#queue.delete(hand);
    if (hand.waiting.size > 0) this.#queue.add(hand);
    return held;
  }

  #close(hand: Hand, held: InHand): void {
    held.state = 'ended';
    hand.open -= 1;
    this.#open -= 1;
  }
}

function newHand(isTest: boolean): Hand {
  return { kind: isTest ? 'test' : 'on trial', waiting: new Set(), open: 0, failuresInRow: 0, refillAt: -1 };
}

/** Deliveries that wait or are open. */
function sizeOf({ waiting, open }: Hand): number {
  return waiting.size + open;
}
