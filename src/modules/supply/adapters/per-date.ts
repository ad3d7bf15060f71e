import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { toMicroseconds } from '../../../platform/time/instant.ts';
import type { Supplier } from '../supplier/supplier.ts';
import type { Adapter, PaxType, UpstreamPrice, UpstreamSlot } from './adapter.ts';
import { slotsInOrder } from './slots-in-order.ts';
import type { SupplierHttp } from './supplier-http.ts';
import { bookUpstream, cancelUpstream } from './upstream-bookings.ts';
import {
  Amount,
  Count,
  Currency,
  cappedCount,
  exactDigits,
  knownCurrency,
  PlainText,
  refuse,
  UpstreamIdField,
} from './upstream-fields.ts';

const WallTime = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' });

const Price = Type.Object({ finalPrice: Amount, originalPrice: Amount, discount: Amount, currencyCode: Currency });

const Pax = Type.Object({
  type: PlainText(1, 200),
  name: PlainText(0, 200),
  description: PlainText(0, 2_000),
  isPrimary: Type.Optional(Type.Boolean()),
  min: Count,
  max: Count,
  remaining: Count,
  price: Price,
});

const Slot = Type.Object({
  providerSlotId: UpstreamIdField,
  variantId: UpstreamIdField,
  startDate: Type.String(),
  startTime: WallTime,
  endTime: WallTime,
  remaining: Count,
  currencyCode: Currency,
  paxAvailability: Type.Array(Pax, { minItems: 1, maxItems: 100 }),
});
type Slot = Static<typeof Slot>;

const slotList = Compile(Type.Array(Slot));

/** A supplier that is pulled by product and date, and answers with a bare array of slots. */
export function perDateAdapter(http: SupplierHttp, { timeZone }: Pick<Supplier, 'timeZone'>): Adapter {
  return {
    // Its answers include slots that are sold out, so a slot that is missing is gone.
    absence: 'gone',
    async pull(partition, listener, signal) {
      if (partition.kind !== 'product-date') throw new Error('a per-date supplier is pulled by product and date');
      const path = `/api/v1/inventory/${partition.productId}?date=${partition.date}`;
      const slots = await http.getJson(path, slotList, signal, () => listener.answered());
      return slotsInOrder(slots.map((slot, index) => toUpstreamSlot(slot, `/${index}`, partition.date, timeZone)));
    },
    book: (request, signal) => bookUpstream(http, 'slot_id', request, signal),
    cancel: (id, signal) => cancelUpstream(http, id, signal),
  };
}

/** @param where the slot's JSON pointer, for messages */
function toUpstreamSlot(slot: Slot, where: string, date: string, timeZone: string): UpstreamSlot {
  const { startDate, startTime, endTime } = slot;
  if (startDate !== date) refuse(`${where}/startDate`, 'is not the requested date');
  const pax = toPaxTypes(slot, where);
  const primary =
    pax.find(({ isPrimary }) => isPrimary) ?? refuse(`${where}/paxAvailability`, 'has no primary pax type');
  return {
    id: slot.providerSlotId,
    name: null,
    ...toSpan(startDate, startTime, endTime, timeZone),
    local: { startDate, startTime, endTime },
    variantId: slot.variantId,
    remaining: cappedCount(slot.remaining),
    price: primary.price,
    pax,
  };
}

/** The first pax type is the primary one if none is marked as such. */
function toPaxTypes({ paxAvailability, currencyCode }: Slot, where: string): PaxType[] {
  const list = `${where}/paxAvailability`;
  const primaries = paxAvailability.filter(({ isPrimary }) => isPrimary);
  if (primaries.length > 1) refuse(list, 'has more than one primary pax type');
  if (new Set(paxAvailability.map(({ type }) => type)).size < paxAvailability.length) {
    refuse(list, 'has two pax types with the same type');
  }
  const primary = primaries[0] ?? paxAvailability[0];
  return paxAvailability.map((pax, index) => {
    const at = `${list}/${index}/price`;
    if (pax.price.currencyCode !== currencyCode) refuse(at, 'is in another currency than its slot');
    return {
      type: pax.type,
      name: pax.name,
      description: pax.description,
      isPrimary: pax === primary,
      min: cappedCount(pax.min),
      max: cappedCount(pax.max),
      remaining: cappedCount(pax.remaining),
      price: toUpstreamPrice(pax.price, at),
    };
  });
}

function toUpstreamPrice(
  { finalPrice, originalPrice, discount, currencyCode }: Static<typeof Price>,
  at: string,
): UpstreamPrice {
  return {
    final: exactDigits(finalPrice, `${at}/finalPrice`),
    original: exactDigits(originalPrice, `${at}/originalPrice`),
    discount: exactDigits(discount, `${at}/discount`),
    currency: knownCurrency(currencyCode, `${at}/currencyCode`),
  };
}

/**
 * Converts local times to UTC. A time that a clock change skips or repeats comes from the supplier and cannot be
 * refused: a skipped one is moved forward, and of two the first is used. An end at or before the start is on the next
 * day. If a clock change moves the start past the end, the slot keeps its length.
 */
function toSpan(date: string, startTime: string, endTime: string, timeZone: string) {
  const start = Temporal.PlainDateTime.from(`${date}T${startTime}`);
  const sameDay = Temporal.PlainDateTime.from(`${date}T${endTime}`);
  const end = endTime > startTime ? sameDay : sameDay.add({ days: 1 });
  const inZone = (wall: Temporal.PlainDateTime) =>
    wall.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
  const startMs = inZone(start);
  const wallEndMs = inZone(end);
  const endMs = wallEndMs > startMs ? wallEndMs : startMs + start.until(end).total('milliseconds');
  const toText = (ms: number) => toMicroseconds(Temporal.Instant.fromEpochMilliseconds(ms));
  return { startsAt: toText(startMs), endsAt: toText(endMs) };
}
