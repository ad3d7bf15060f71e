import { type ReadyBody, readyBody } from '../../../freshness/index.ts';
import type { Id } from '../../../platform/ids.ts';
import { compareDecimals, type Decimal, parseDecimal, plainDecimal } from '../../../platform/money.ts';
import type { Units } from '../../inventory/index.ts';
import { onSaleChangeMs, unitsOnSale } from './on-sale.ts';
import type { KnownPartition, PartitionSlot, StoredPax } from './partition-view.ts';

interface DaySlot {
  readonly units: Units;
  readonly startMs: number;
  readonly final: Decimal;
  /** Its primary price as JSON text. */
  readonly price: string;
  write(remaining: number): string;
}

interface UntilThen<T> {
  readonly value: T;
  /** From when on it may be another one. */
  readonly untilMs: number;
}

/** One day of an experience from the moment it was read: what can be had of it at any instant can be told from it. */
export class ExperienceDay {
  readonly observedMs: number;
  readonly #product: Id;
  readonly #slots: readonly DaySlot[];
  #listing: UntilThen<ReadyBody> | undefined;
  #lowest: UntilThen<string | null> | undefined;

  constructor(product: Id, { observedMs, slots }: Pick<KnownPartition, 'observedMs' | 'slots'>) {
    this.observedMs = observedMs;
    this.#product = product;
    this.#slots = slots.map(toDaySlot);
  }

  get size(): number {
    return this.#slots.length;
  }

  /** All its open slots with what can be had of each, by start. */
  listing(nowMs: number): ReadyBody {
    if (!this.#listing || nowMs >= this.#listing.untilMs) this.#listing = this.#list(nowMs);
    return this.#listing.value;
  }

  /** The lowest primary price of what can be had and has not begun, as JSON text; `null` when that is nothing. */
  lowestPrice(nowMs: number): string | null {
    if (!this.#lowest || nowMs >= this.#lowest.untilMs) this.#lowest = this.#findLowest(nowMs);
    return this.#lowest.value;
  }

  #list(nowMs: number): UntilThen<ReadyBody> {
    const slots = this.#slots.map((slot) => slot.write(unitsOnSale(slot, nowMs)));
    const untilMs = Math.min(...this.#slots.map((slot) => onSaleChangeMs(slot, nowMs)));
    return { value: writeDay(this.#product, slots), untilMs };
  }

  #findLowest(nowMs: number): UntilThen<string | null> {
    let lowest: DaySlot | undefined;
    let untilMs = Number.POSITIVE_INFINITY;
    for (const slot of this.#slots) {
      untilMs = Math.min(untilMs, onSaleChangeMs(slot, nowMs));
      if (unitsOnSale(slot, nowMs) === 0) continue;
      if (!lowest || compareDecimals(slot.final, lowest.final) < 0) lowest = slot;
    }
    return { value: lowest?.price ?? null, untilMs };
  }
}

/** The answer where nothing is known of a day, or there is nothing. */
export function writeDay(product: Id, slots: readonly string[]): ReadyBody {
  return readyBody(`{"id":${product},"slots":[${slots.join(',')}]}`);
}

function toDaySlot(slot: PartitionSlot): DaySlot {
  const { slotId, upstreamId, variantId, local, units, startMs } = slot;
  const { final, original, currency } = primaryPriceOf(slot);
  const price = `{"finalPrice":${final},"originalPrice":${original},"currencyCode":${JSON.stringify(currency)}}`;
  const head =
    `{"id":${slotId},"startDate":${JSON.stringify(local?.startDate ?? null)},` +
    `"startTime":${JSON.stringify(local?.startTime ?? null)},"endTime":${JSON.stringify(local?.endTime ?? null)},` +
    `"providerSlotId":${upstreamId},"variantId":${variantId ?? 'null'},"remaining":`;
  const middle = `,"currencyCode":${JSON.stringify(currency)},"price":${price},"paxAvailability":[`;
  const pax = (slot.pax ?? []).map(toPaxWriter);
  return {
    units,
    startMs,
    price,
    final: parseDecimal(final) ?? { units: 0n, scale: 0 },
    write: (remaining) => `${head}${remaining}${middle}${pax.map((write) => write(remaining)).join(',')}]}`,
  };
}

/** The digits of what one unit costs. */
function primaryPriceOf({ pax, amount, original, currency }: PartitionSlot) {
  const primary = pax?.find(({ is_primary }) => is_primary) ?? pax?.[0];
  if (primary) {
    const { price } = primary;
    return { final: plainDecimal(price.final), original: plainDecimal(price.original), currency: price.currency };
  }
  const final = plainDecimal(amount);
  return { final, original: original === null ? final : plainDecimal(original), currency };
}

/** Of one pax type there is no more than of all together. */
function toPaxWriter({ type, name, description, is_primary, min, max, remaining: left, price }: StoredPax) {
  const fields = { type, name, description, isPrimary: is_primary === true, min, max };
  const head = `${JSON.stringify(fields).slice(0, -1)},"remaining":`;
  const tail =
    `,"price":{"finalPrice":${plainDecimal(price.final)},"originalPrice":${plainDecimal(price.original)},` +
    `"discount":${plainDecimal(price.discount)},"currencyCode":${JSON.stringify(price.currency)}}}`;
  return (remaining: number) => `${head}${Math.min(left, remaining)}${tail}`;
}
