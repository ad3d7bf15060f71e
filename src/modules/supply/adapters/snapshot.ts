import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { parseTimestamp } from '../../../platform/time/instant.ts';
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

/** With an offset: there is no zone here in which a bare one could be read. */
const Moment = Type.String({ maxLength: 40, pattern: 'T.+(Z|[+-][0-9]{2}(:?[0-9]{2})?)$' });

const Item = Type.Object({
  id: UpstreamIdField,
  name: PlainText(1, 200),
  starts_at: Moment,
  ends_at: Moment,
  remaining: Count,
  price: Type.Object({ amount: Amount, currency: Currency }),
});
type Item = Static<typeof Item>;

const snapshot = Compile(Type.Object({ items: Type.Array(Item) }));

/** A supplier that tells everything it has at once. */
export function snapshotAdapter(http: SupplierHttp): Adapter {
  return {
    // It tells only what is available.
    absence: 'sold-out',
    async pull(part, watch, signal) {
      if (part.kind !== 'everything') throw new Error('a snapshot supplier is pulled as a whole');
      const { items } = await http.getBelieved('/items', snapshot, signal, () => watch.answered());
      return slotsInOrder(items.map((item, index) => readItem(item, `/items/${index}`)));
    },
    book: (booking, signal) => bookUpstream(http, 'item_id', booking, signal),
    cancel: (id, signal) => cancelUpstream(http, id, signal),
  };
}

function readItem(item: Item, where: string): UpstreamSlot {
  const startsAt = readMoment(item.starts_at, `${where}/starts_at`);
  const endsAt = readMoment(item.ends_at, `${where}/ends_at`);
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

function readMoment(text: string, where: string): string {
  const instant = parseTimestamp(text, 'UTC');
  if (typeof instant === 'string') return refuse(where, 'is no time such as 2026-12-30T10:00:00Z');
  return new Date(instant.epochMilliseconds).toISOString();
}
