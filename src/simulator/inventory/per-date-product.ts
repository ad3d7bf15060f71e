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

/** A slot as it goes over the wire. */
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

/** What is sold of one product, before anybody buys: the same date always gives the same. */
export interface PerDateProduct {
  readonly id: number;
  /** What its slots' ids begin with. */
  readonly stems: readonly string[];
  slotsOn(date: Temporal.PlainDate): readonly SupplierSlot[];
}

/** A stem, a date and a time make an id from which all three can be read again, so nothing need be remembered. */
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
