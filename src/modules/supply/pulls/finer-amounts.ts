import { isPayable, parseDecimal } from '../../../platform/money.ts';
import type { UpstreamPrice, UpstreamSlot } from '../adapters/adapter.ts';

/** Amounts of an answer that have a fraction of their currency's minor unit. */
export interface FinerAmounts {
  readonly count: number;
  /** The first of them, `10.5 JPY`. */
  readonly example: string;
}

/** Finds the amounts that no one can pay exactly, such as 10.5 JPY; `undefined` if there are none. */
export function findFinerAmounts(slots: readonly UpstreamSlot[]): FinerAmounts | undefined {
  const finer = slots
    .flatMap(({ price, pax }) => (pax.length > 0 ? pax.map((paxType) => paxType.price) : [price]))
    .flatMap(finerIn);
  const [example] = finer;
  return example === undefined ? undefined : { count: finer.length, example };
}

function finerIn({ final, original, discount, currency }: UpstreamPrice): string[] {
  const isFiner = (amount: string) => {
    const value = parseDecimal(amount);
    return value !== undefined && !isPayable(value, currency);
  };
  return [final, original, discount].filter(isFiner).map((amount) => `${amount} ${currency}`);
}
