import type { Partition } from '../supplier/partition.ts';

/** A supplier's own id of a slot, an item or a booking. Opaque: stored and sent back unchanged. */
export type UpstreamId = string | number;

/** A price. Amounts keep the digits that the supplier wrote. */
export interface UpstreamPrice {
  readonly final: string;
  readonly original: string;
  /** As the supplier states it, which is not always the difference of the other two. */
  readonly discount: string;
  readonly currency: string;
}

export interface PaxType {
  /** Identifies the pax type within its slot. Two pax types may share a name. */
  readonly type: string;
  readonly name: string;
  readonly description: string;
  readonly isPrimary: boolean;
  /** Fewest and most units of this pax type in one reservation. */
  readonly min: number;
  readonly max: number;
  readonly remaining: number;
  readonly price: UpstreamPrice;
}

/** A sellable unit of a supplier's answer, validated. */
export interface UpstreamSlot {
  readonly id: UpstreamId;
  /** `null` for a slot of an experience, which has no name of its own. */
  readonly name: string | null;
  /** Half-open, ISO 8601 UTC with six decimals, `2026-12-30T10:00:00.000000Z`, so that texts sort by time. */
  readonly startsAt: string;
  readonly endsAt: string;
  /** Date and times as the supplier writes them, in its own zone. Only for slots of experiences. */
  readonly local: { readonly startDate: string; readonly startTime: string; readonly endTime: string } | null;
  readonly variantId: UpstreamId | null;
  /** Counts even if the remaining units of the pax types add up to another number. */
  readonly remaining: number;
  /** Price of one unit: that of the primary pax type. */
  readonly price: UpstreamPrice;
  /** In the supplier's order. Empty if all units are alike. */
  readonly pax: readonly PaxType[];
}

/** The supplier's answer to a booking request. */
export type BookingAnswer =
  | { readonly kind: 'booked'; readonly id: UpstreamId }
  /** The slot is sold out (409) or does not exist (404, 410). A retry would not help. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The request itself is wrong (any other 4xx). A person has to look. */
  | { readonly kind: 'rejected'; readonly reason: string };

export interface BookingRequest {
  /** Sent as `Idempotency-Key`. The same for every attempt. */
  readonly key: string;
  readonly slot: UpstreamId;
  readonly quantity: number;
  /** A text that the supplier may show to its staff. */
  readonly reference: string;
}

interface PullListener {
  /** Called when the answer begins, before its body is read. The supplier has counted the pull by then. */
  answered(): void;
}

/**
 * Translates between Holdfast and one supplier's wire format. Each call sends one request: it follows no redirect and
 * sends nothing again. A call fails with `SupplierFailure`, and returns only what was validated completely.
 */
export interface Adapter {
  /** Whether a slot that is missing from an answer is gone, or only sold out. */
  readonly absence: 'gone' | 'sold-out';
  pull(partition: Partition, listener: PullListener, signal: AbortSignal): Promise<readonly UpstreamSlot[]>;
  book(request: BookingRequest, signal: AbortSignal): Promise<BookingAnswer>;
  /** Resolves when the supplier does not hold the booking, also if it never did. */
  cancel(id: UpstreamId, signal: AbortSignal): Promise<void>;
}

/** A failed request to a supplier. It may have had its effect all the same. */
export class SupplierFailure extends Error {
  /** Milliseconds to wait before the next request, if its answer states them. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: ErrorOptions & { readonly retryAfterMs?: number } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}
