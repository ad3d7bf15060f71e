import type { UnitId } from './stock.ts';

export interface PaxType {
  readonly type: string;
  readonly name: string;
  readonly description: string;
  readonly isPrimary?: true;
  readonly min: number;
  readonly max: number;
  readonly remaining: number;
  readonly price: {
    readonly discount: number;
    readonly finalPrice: number;
    readonly originalPrice: number;
    readonly currencyCode: string;
  };
}

/** A slot in the wire format. */
export interface SupplierSlot {
  readonly startDate: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly providerSlotId: UnitId;
  readonly remaining: number;
  readonly currencyCode: string;
  readonly variantId: number;
  readonly paxAvailability: readonly PaxType[];
}

/** A product before any sale. A date always has the same slots. */
export interface PerDateProduct {
  readonly id: number;
  /** The prefixes of its slots' ids. */
  readonly stems: readonly string[];
  slotsOn(date: Temporal.PlainDate): readonly SupplierSlot[];
}

/** Forms an id from a stem, a date and a time. They can be read from the id again, so no id needs to be stored. */
export function slotId(stem: string, date: string, time: string, numeric: boolean): UnitId {
  return numeric ? Number(`${stem}${date}${time}`.replaceAll(/[-:]/g, '')) : `${stem}_${date}T${time}`;
}

export function readSlotId(id: UnitId): { readonly stem: string; readonly date: string } | undefined {
  const match =
    typeof id === 'number'
      ? /^(\d+)(\d{4})(\d\d)(\d\d)\d{4}$/.exec(String(id))
      : /^(.*)_(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d$/.exec(id);
  if (!match) return undefined;
  const [, stem = '', year, month, day] = match;
  return { stem, date: `${year}-${month}-${day}` };
}
