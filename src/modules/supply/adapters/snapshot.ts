import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { toMicroseconds } from '../../../platform/time/instant.ts';
import { hasOffset } from '../../../platform/time/moment.ts';
import { parseTimestamp } from '../../../platform/time/timestamp.ts';
import type { Adapter, UpstreamSlot } from './adapter.ts';
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

const Item = Type.Object({
  id: UpstreamIdField,
  name: PlainText(1, 200),
  starts_at: Type.String(),
  ends_at: Type.String(),
  remaining: Count,
  price: Type.Object({ amount: Amount, currency: Currency }),
});
type Item = Static<typeof Item>;

const snapshot = Compile(Type.Object({ items: Type.Array(Item) }));

/** A supplier that returns everything it sells in one answer. */
export function snapshotAdapter(http: SupplierHttp): Adapter {
  return {
    // Its answers contain only what is available, so an item that is missing may be sold out.
    absence: 'sold-out',
    async pull(partition, listener, signal) {
      if (partition.kind !== 'everything') throw new Error('a snapshot supplier is pulled as a whole');
      const { items } = await http.getJson('/items', snapshot, signal, () => listener.answered());
      return slotsInOrder(items.map((item, index) => toUpstreamSlot(item, `/items/${index}`)));
    },
    book: (request, signal) => bookUpstream(http, 'item_id', request, signal),
    cancel: (id, signal) => cancelUpstream(http, id, signal),
  };
}

/** @param where the item's JSON pointer, for messages */
function toUpstreamSlot(item: Item, where: string): UpstreamSlot {
  const startsAt = toUtc(item.starts_at, `${where}/starts_at`);
  const endsAt = toUtc(item.ends_at, `${where}/ends_at`);
  if (endsAt <= startsAt) refuse(`${where}/ends_at`, 'is not after its start');
  const amount = exactDigits(item.price.amount, `${where}/price/amount`);
  const currency = knownCurrency(item.price.currency, `${where}/price/currency`);
  return {
    id: item.id,
    name: item.name,
    startsAt,
    endsAt,
    local: null,
    variantId: null,
    remaining: cappedCount(item.remaining),
    price: { final: amount, original: amount, discount: '0', currency },
    pax: [],
  };
}

/** A snapshot supplier has no time zone in which a time without an offset could be read. */
function toUtc(text: string, where: string): string {
  const instant = parseTimestamp(text, 'UTC');
  if (typeof instant === 'string' || !hasOffset(text)) {
    return refuse(where, 'is not a time with an offset such as 2026-12-30T10:00:00Z');
  }
  return toMicroseconds(instant);
}
