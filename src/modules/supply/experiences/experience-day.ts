import { type ReadyBody, readyBody } from '../../../freshness/index.ts';
import type { Id } from '../../../platform/ids.ts';
import { MemoUntil, type ValidUntil } from '../../../platform/memo-until.ts';
import { compareDecimals, type Decimal, parseDecimal, plainDecimal } from '../../../platform/money.ts';
import type { Units } from '../../inventory/index.ts';
import { onSaleChangeMs, unitsOnSale } from '../catalogue/on-sale.ts';
import type { PartitionSlot, StoredPartition, StoredPax } from '../catalogue/partition-view.ts';

interface DaySlot {
  readonly units: Units;
  readonly startMs: number;
  readonly finalPrice: Decimal;
  /** The primary price as JSON text. */
  readonly priceJson: string;
  /** The slot as JSON text. */
  toJson(remaining: number): string;
}

/** One date of an experience, as it was read once. It answers for any later moment, until its claims change. */
export class ExperienceDay {
  readonly observedMs: number;
  readonly #productId: Id;
  readonly #slots: readonly DaySlot[];
  readonly #listing = new MemoUntil<ReadyBody>();
  readonly #lowestPrice = new MemoUntil<string | null>();

  constructor(productId: Id, { observedMs, slots }: Pick<StoredPartition, 'observedMs' | 'slots'>) {
    this.observedMs = observedMs;
    this.#productId = productId;
    this.#slots = slots.map(toDaySlot);
  }

  get size(): number {
    return this.#slots.length;
  }

  /** All open slots with their remaining units, by start. */
  listing(nowMs: number): ReadyBody {
    return this.#listing.get(nowMs, () => this.#list(nowMs));
  }

  /** The lowest primary price among slots that have units left and have not begun, as JSON text; `null` if none has. */
  lowestPrice(nowMs: number): string | null {
    return this.#lowestPrice.get(nowMs, () => this.#findLowestPrice(nowMs));
  }

  #list(nowMs: number): ValidUntil<ReadyBody> {
    const slots = this.#slots.map((slot) => slot.toJson(unitsOnSale(slot, nowMs)));
    const untilMs = Math.min(...this.#slots.map((slot) => onSaleChangeMs(slot, nowMs)));
    return { value: dayBody(this.#productId, slots), untilMs };
  }

  #findLowestPrice(nowMs: number): ValidUntil<string | null> {
    let lowest: DaySlot | undefined;
    let untilMs = Number.POSITIVE_INFINITY;
    for (const slot of this.#slots) {
      untilMs = Math.min(untilMs, onSaleChangeMs(slot, nowMs));
      if (unitsOnSale(slot, nowMs) === 0) continue;
      if (!lowest || compareDecimals(slot.finalPrice, lowest.finalPrice) < 0) lowest = slot;
    }
    return { value: lowest?.priceJson ?? null, untilMs };
  }
}

/** The body of an answer. @param slots each as JSON text */
export function dayBody(productId: Id, slots: readonly string[]): ReadyBody {
  return readyBody(`{"id":${productId},"slots":[${slots.join(',')}]}`);
}

function toDaySlot(slot: PartitionSlot): DaySlot {
  const { slotId, upstreamId, variantId, local, units, startMs } = slot;
  const { final, original, currency } = primaryPriceOf(slot);
  const priceJson = `{"finalPrice":${final},"originalPrice":${original},"currencyCode":${JSON.stringify(currency)}}`;
  const head =
    `{"id":${slotId},"startDate":${JSON.stringify(local?.startDate ?? null)},` +
    `"startTime":${JSON.stringify(local?.startTime ?? null)},"endTime":${JSON.stringify(local?.endTime ?? null)},` +
    `"providerSlotId":${upstreamId},"variantId":${variantId ?? 'null'},"remaining":`;
  const middle = `,"currencyCode":${JSON.stringify(currency)},"price":${priceJson},"paxAvailability":[`;
  const paxWriters = (slot.pax ?? []).map(paxWriterOf);
  return {
    units,
    startMs,
    priceJson,
    finalPrice: parseDecimal(final) ?? { units: 0n, scale: 0 },
    toJson: (remaining) => `${head}${remaining}${middle}${paxWriters.map((write) => write(remaining)).join(',')}]}`,
  };
}

/** The primary price of one unit, as digits. */
function primaryPriceOf({ pax, amount, original, currency }: PartitionSlot) {
  const primary = pax?.find(({ is_primary }) => is_primary) ?? pax?.[0];
  if (primary) {
    const { price } = primary;
    return { final: plainDecimal(price.final), original: plainDecimal(price.original), currency: price.currency };
  }
  const final = plainDecimal(amount);
  return { final, original: original === null ? final : plainDecimal(original), currency };
}

/** Returns a function that writes a pax type as JSON text. No pax type has more units left than its slot. */
function paxWriterOf({ type, name, description, is_primary, min, max, remaining: left, price }: StoredPax) {
  const fields = { type, name, description, isPrimary: is_primary === true, min, max };
  const head = `${JSON.stringify(fields).slice(0, -1)},"remaining":`;
  const tail =
    `,"price":{"finalPrice":${plainDecimal(price.final)},"originalPrice":${plainDecimal(price.original)},` +
    `"discount":${plainDecimal(price.discount)},"currencyCode":${JSON.stringify(price.currency)}}}`;
  return (remaining: number) => `${head}${Math.min(left, remaining)}${tail}`;
}
