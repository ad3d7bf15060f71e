/** A supplier's own id of a slot, an item or a booking: opaque, kept and sent back as it came. */
export type UpstreamId = string | number;

/** What one pull asks for: everything a supplier sells, or one product on one date. */
export type Partition =
  | { readonly kind: 'everything' }
  | { readonly kind: 'product-date'; readonly product: number /** `YYYY-MM-DD` */; readonly date: string };

/** A price with its digits as they were written. */
export interface UpstreamPrice {
  readonly final: string;
  readonly original: string;
  /** Taken off; as the supplier says it, which is not always the difference. */
  readonly discount: string;
  readonly currency: string;
}

export interface PaxType {
  /** What tells pax types apart: two may share a name. */
  readonly type: string;
  readonly name: string;
  readonly description: string;
  readonly isPrimary: boolean;
  /** How many of it one reservation may have. */
  readonly min: number;
  readonly max: number;
  readonly remaining: number;
  readonly price: UpstreamPrice;
}

/** A sellable unit as the supplier tells of it, validated. */
export interface UpstreamSlot {
  readonly id: UpstreamId;
  /** `null` for a slot of an experience, which has no name of its own. */
  readonly name: string | null;
  /** Half-open, ISO 8601 UTC, `2026-12-30T10:00:00.000Z`. */
  readonly startsAt: string;
  readonly endsAt: string;
  /** As the supplier writes them, in its own zone; only for slots of experiences. */
  readonly local: { readonly startDate: string; readonly startTime: string; readonly endTime: string } | null;
  readonly variantId: UpstreamId | null;
  /** Stands even where its pax types add up to something else. */
  readonly remaining: number;
  /** Of one unit: the primary pax type's. */
  readonly price: UpstreamPrice;
  /** In the supplier's order; empty where units are all alike. */
  readonly pax: readonly PaxType[];
}

/** What the supplier made of a booking or a cancellation. */
export type BookingAnswer =
  | { readonly kind: 'booked'; readonly id: UpstreamId }
  /** It was sold already (409), or there is no such slot (404, 410): asking again will not help. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The request itself is wrong (another 4xx): a person has to look. */
  | { readonly kind: 'rejected'; readonly reason: string };

export interface Booking {
  /** Sent as `Idempotency-Key`: the same for as often as it takes. */
  readonly key: string;
  readonly slot: UpstreamId;
  readonly quantity: number;
  /** What the supplier may show its own people. */
  readonly reference: string;
}

/** What a pull has met: how far it came, and what the supplier asked for. */
interface PullWatch {
  /** Called when the answer begins, before its body is read: the supplier has counted the pull by then. */
  answered(): void;
}

/**
 * Speaks one supplier's wire. Every request is sent once: no redirect is followed, nothing is sent again. Failures are
 * `SupplierFailure`s; nothing that has not been validated whole is returned.
 */
export interface Adapter {
  /** Whether a slot that is left out of an answer is gone, or only sold out. */
  readonly absence: 'gone' | 'sold-out';
  /** One request. */
  pull(part: Partition, watch: PullWatch, signal: AbortSignal): Promise<readonly UpstreamSlot[]>;
  book(booking: Booking, signal: AbortSignal): Promise<BookingAnswer>;
  /** Resolves when the supplier holds the booking no more, also if it never did. */
  cancel(id: UpstreamId, signal: AbortSignal): Promise<void>;
}

/** A request to a supplier that did not do what it was for. It may have had its effect all the same. */
export class SupplierFailure extends Error {
  /** Not before so many milliseconds from now; of a 429 or a 503 that says so. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: ErrorOptions & { readonly retryAfterMs?: number } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}
