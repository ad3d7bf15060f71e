import { type Random, seededRandom } from '../../platform/seeded-random.ts';
import { type PaxType, type PerDateProduct, slotId } from './per-date-product.ts';

/** The id of the first synthetic product. */
const FIRST_SYNTHETIC_ID = 1001;

const CURRENCY = 'SGD';

/**
 * Products 1001, 1002 … for tests that need many. The same seed gives the same products. They have the peculiarities of
 * the recorded ones and add two of other suppliers: ids that are numbers (odd products), and two pax types with one
 * name (every third product).
 */
export function syntheticProducts(count: number, seed: number): PerDateProduct[] {
  return Array.from({ length: count }, (_, index) => syntheticProduct(FIRST_SYNTHETIC_ID + index, seed));
}

function syntheticProduct(id: number, seed: number): PerDateProduct {
  const random = seededRandom(seed, id);
  const numeric = id % 2 === 1;
  const stem = numeric ? String(id) : `S${id}`;
  const weekdays = new Set([1, 2, 3, 4, 5, 6, 7].filter((day) => day === 1 + (id % 7) || random.chance(0.6)));
  const starts = Array.from({ length: random.integer(1, 6) }, (_, index) => `${String(9 + index).padStart(2, '0')}:00`);
  const paxAvailability = paxTypes(random, { withSharedName: id % 3 === 0 });
  const remaining = random.integer(5, 200);
  return {
    id,
    stems: [stem],
    slotsOn(date) {
      if (!weekdays.has(date.dayOfWeek)) return [];
      return starts.map((startTime) => ({
        startDate: String(date),
        startTime,
        endTime: startTime,
        providerSlotId: slotId(stem, String(date), startTime, numeric),
        remaining,
        currencyCode: CURRENCY,
        variantId: id,
        paxAvailability,
      }));
    },
  };
}

function paxTypes(random: Random, { withSharedName }: { readonly withSharedName: boolean }): PaxType[] {
  const adult = random.integer(2_000, 30_000) / 100;
  const of = (type: string, name: string, description: string, finalPrice: number): PaxType => ({
    max: 20,
    min: 1,
    remaining: random.integer(5, 200),
    type,
    description,
    name,
    price: { discount: 0, finalPrice, originalPrice: finalPrice, currencyCode: CURRENCY },
  });
  const half = Math.round(adult * 50) / 100;
  const types = [
    { ...of('ADULT_12~99', 'Adult', '12-99 years', adult), isPrimary: true as const },
    of('CHILD_7~11', 'Child', '7-11 years', half),
  ];
  return withSharedName ? [...types, of('CHILD_3~6', 'Child', '3-6 years', 0)] : types;
}
