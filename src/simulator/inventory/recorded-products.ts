import { type PerDateProduct, readSlotId, type SupplierSlot, slotId } from './per-date-product.ts';

/** The recorded answers of a real supplier, by `product/date`. */
export type Recording = Readonly<Record<string, readonly SupplierSlot[]>>;

interface RecordedProduct {
  readonly stems: Set<string>;
  /** The recorded dates by weekday, Monday 1, in order. */
  readonly days: Map<number, (readonly SupplierSlot[])[]>;
}

/**
 * The recorded products, moved to any date. A Tuesday shows a recorded Tuesday. If several were recorded, they
 * alternate from week to week. The choice depends only on the date, so a slot is the same every day.
 */
export function recordedProducts(recording: Recording): PerDateProduct[] {
  const products = new Map<number, RecordedProduct>();
  for (const [key, slots] of Object.entries(recording)) {
    const [id = '', date = ''] = key.split('/');
    const product = products.get(Number(id)) ?? { stems: new Set(), days: new Map() };
    products.set(Number(id), product);
    const weekday = Temporal.PlainDate.from(date).dayOfWeek;
    product.days.set(weekday, [...(product.days.get(weekday) ?? []), slots]);
    for (const slot of slots) product.stems.add(stemOf(slot));
  }
  return [...products].map(([id, { stems, days }]) => ({
    id,
    stems: [...stems],
    slotsOn(date) {
      const recorded = days.get(date.dayOfWeek) ?? [];
      const slots = recorded[weekNumber(date) % recorded.length] ?? [];
      return slots.map((slot) => moved(slot, String(date)));
    },
  }));
}

function moved(slot: SupplierSlot, date: string): SupplierSlot {
  const providerSlotId = slotId(stemOf(slot), date, slot.startTime, typeof slot.providerSlotId === 'number');
  return { ...slot, startDate: date, providerSlotId };
}

function stemOf({ providerSlotId }: SupplierSlot): string {
  return readSlotId(providerSlotId)?.stem ?? String(providerSlotId);
}

function weekNumber(date: Temporal.PlainDate): number {
  return Math.floor(Temporal.PlainDate.from('1970-01-05').until(date).days / 7);
}
