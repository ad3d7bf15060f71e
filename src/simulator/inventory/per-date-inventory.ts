import { parseDate } from '../../platform/time/timestamp.ts';
import type { Inventory } from './inventory.ts';
import { type PerDateProduct, readSlotId, type SupplierSlot } from './per-date-product.ts';
import type { SimulatorClock } from './simulator-clock.ts';
import type { Stock, Unit } from './stock.ts';

const ON_SALE = { months: 2 };
const PICK_ATTEMPTS = 20;

/** The inventory of a supplier that is read by product and date, and sells two months ahead. */
export function perDateInventory(
  products: readonly PerDateProduct[],
  stock: Stock,
  clock: SimulatorClock,
  timeZone: string,
): Inventory {
  const byId = new Map(products.map((product) => [String(product.id), product]));
  const byStem = new Map(products.flatMap((product) => product.stems.map((stem) => [stem, product] as const)));

  function today(): Temporal.PlainDate {
    return Temporal.Instant.fromEpochMilliseconds(clock.wallMs()).toZonedDateTimeISO(timeZone).toPlainDate();
  }

  function onSale(product: PerDateProduct, date: Temporal.PlainDate): SupplierSlot[] {
    const first = today();
    const isAhead = Temporal.PlainDate.compare(date, first) >= 0;
    if (!isAhead || Temporal.PlainDate.compare(date, first.add(ON_SALE)) > 0) return [];
    return product.slotsOn(date).filter(({ providerSlotId }) => !stock.of(providerSlotId).vanished);
  }

  return {
    idField: 'slot_id',
    productIds: products.map(({ id }) => id),
    read(path, query) {
      const [, productId = ''] = /^\/api\/v1\/inventory\/([^/]+)$/.exec(path) ?? [];
      const product = byId.get(productId);
      if (!product) return { status: 404, detail: 'there is no such product' };
      const date = parseDate(query.get('date') ?? '');
      if (!date) return { status: 400, detail: 'date=YYYY-MM-DD is required' };
      return { rows: onSale(product, date).map((slot) => asSold(slot, stock)), wrap: (rows) => rows };
    },
    find(id) {
      const { stem = '', date = '' } = readSlotId(id) ?? {};
      const product = byStem.get(stem);
      const on = parseDate(date);
      if (!product || !on) return undefined;
      const slot = onSale(product, on).find(({ providerSlotId }) => providerSlotId === id);
      return slot && asUnit(slot);
    },
    pick(random) {
      // Not every product sells on every date. A few attempts are cheaper than a list of all slots.
      for (let attempt = 0; attempt < PICK_ATTEMPTS && products.length > 0; attempt += 1) {
        const slots = onSale(random.pick(products), today().add({ days: random.integer(0, 30) }));
        if (slots.length > 0) return asUnit(random.pick(slots));
      }
      return undefined;
    },
  };
}

function asUnit({ providerSlotId, remaining }: SupplierSlot): Unit {
  return { id: providerSlotId, capacity: remaining };
}

/** No pax type has more units left than its slot. A changed price applies to the primary pax type. */
function asSold(slot: SupplierSlot, stock: Stock): SupplierSlot {
  const { sold, amount } = stock.of(slot.providerSlotId);
  if (sold === 0 && amount === undefined) return slot;
  const remaining = stock.left(asUnit(slot));
  const paxAvailability = slot.paxAvailability.map((pax) => ({
    ...pax,
    remaining: Math.min(pax.remaining, remaining),
    price: pax.isPrimary && amount !== undefined ? { ...pax.price, finalPrice: amount } : pax.price,
  }));
  return { ...slot, remaining, paxAvailability };
}
