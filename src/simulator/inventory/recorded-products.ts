import { type PerDateProduct, readSlotId, type SupplierSlot, slotId } from './per-date-product.ts';

/** What a real supplier answered, by `product/date`. */
export type Recording = Readonly<Record<string, readonly SupplierSlot[]>>;

interface RecordedProduct {
  readonly stems: Set<string>;
  /** By day of the week, Monday 1: what was recorded on such days, in order. */
  readonly days: Map<number, (readonly SupplierSlot[])[]>;
}

/**
 * The recorded products, moved to any date: a Tuesday is a recorded Tuesday, and weeks take turns where several
 * were recorded. Which one depends on the date alone, so a slot stays as it is from day to day.
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
