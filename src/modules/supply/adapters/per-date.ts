import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
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

/** A supplier that is asked for one product on one date, and answers with a bare array. */
export function perDateAdapter(http: SupplierHttp, { timeZone }: Pick<Supplier, 'timeZone'>): Adapter {
  return {
    // It tells of slots that are sold out, so one that it leaves out is no more.
    absence: 'gone',
    async pull(part, watch, signal) {
      if (part.kind !== 'product-date') throw new Error('a per-date supplier is pulled by product and date');
      const path = `/api/v1/inventory/${part.product}?date=${part.date}`;
      const told = await http.getBelieved(path, slotList, signal, () => watch.answered());
      return slotsInOrder(told.map((slot, index) => readSlot(slot, `/${index}`, part.date, timeZone)));
    },
    book: (booking, signal) => bookUpstream(http, 'slot_id', booking, signal),
    cancel: (id, signal) => cancelUpstream(http, id, signal),
  };
}

function readSlot(slot: Slot, where: string, date: string, timeZone: string): UpstreamSlot {
  const { startDate, startTime, endTime } = slot;
  if (startDate !== date) refuse(`${where}/startDate`, 'is not the date that was asked for');
  const pax = readPax(slot, where);
  const primary = pax.find(({ isPrimary }) => isPrimary) ?? refuse(`${where}/paxAvailability`, 'has no primary one');
  return {
    id: slot.providerSlotId,
    name: null,
    ...spanOf(startDate, startTime, endTime, timeZone),
    local: { startDate, startTime, endTime },
    variantId: slot.variantId,
    remaining: cappedCount(slot.remaining),
    price: primary.price,
    pax,
  };
}

function readPax({ paxAvailability, currencyCode }: Slot, where: string): PaxType[] {
  const list = `${where}/paxAvailability`;
  const primaries = paxAvailability.filter(({ isPrimary }) => isPrimary);
  if (primaries.length > 1) refuse(list, 'has more than one primary one');
  if (new Set(paxAvailability.map(({ type }) => type)).size < paxAvailability.length) {
    refuse(list, 'has one type twice');
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
      price: readPrice(pax.price, at),
    };
  });
}

function readPrice(
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
 * A time that a clock change skips or repeats is the supplier's, and cannot be refused: a skipped one is moved on, of
 * two the first is meant. An end at or before its start is on the next day. A slot whose start is moved past its end
 * keeps its length.
 */
function spanOf(date: string, startTime: string, endTime: string, timeZone: string) {
  const start = Temporal.PlainDateTime.from(`${date}T${startTime}`);
  const sameDay = Temporal.PlainDateTime.from(`${date}T${endTime}`);
  const end = endTime > startTime ? sameDay : sameDay.add({ days: 1 });
  const inZone = (wall: Temporal.PlainDateTime) =>
    wall.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
  const [from, told] = [inZone(start), inZone(end)] as const;
  const to = told > from ? told : from + start.until(end).total('milliseconds');
  return { startsAt: new Date(from).toISOString(), endsAt: new Date(to).toISOString() };
}
