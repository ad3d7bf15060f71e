import { sql } from 'kysely';
import type { Database } from '../../../src/platform/db/database.ts';

/** A slot as `swap_supply_part` takes it; what is not told is of no matter to the test. */
export interface ToldSlot {
  readonly upstream_id: string | number;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly name: string | null;
  readonly remaining: number;
  readonly price_amount: string | null;
  readonly price_currency: string | null;
  readonly pax: readonly object[] | null;
  readonly detail: object;
}

export interface ToldPart {
  readonly supplier: string;
  readonly part: string;
  readonly observedAt: string;
  readonly slots: readonly ToldSlot[];
  /** Whether what is left out is gone; sold out unless told. */
  readonly gone?: boolean;
}

/** Puts a supplier's answer in place, as a pull does. */
export async function tellPart(
  database: Database,
  { supplier, part, observedAt, slots, gone }: ToldPart,
): Promise<void> {
  const outcome = await database.transaction(async (tx) => {
    const { rows } = await sql<{ outcome: string }>`
      select swap_supply_part(${supplier}, (select epoch from supplier where id = ${supplier}), ${part},
        ${observedAt}::timestamptz, sha256(convert_to(${JSON.stringify(slots)}, 'UTF8')), ${JSON.stringify(slots)}::jsonb,
        ${gone ?? false}) as outcome`.execute(tx);
    return rows[0]?.outcome;
  });
  if (outcome !== 'changed' && outcome !== 'unchanged') throw new Error(`the answer for ${part} is ${outcome}`);
}

/** A pax type at a price, with so many left. */
function paxOf(type: string, final: string, remaining: number, isPrimary: boolean): object {
  const price = { final, original: final, discount: '0', currency: 'SGD' };
  return { type, name: type, description: `a ${type}`, is_primary: isPrimary, min: 1, max: 20, remaining, price };
}

/** A slot of an experience in Singapore, an hour long. */
export function experienceSlot(
  upstreamId: string | number,
  date: string,
  time: string,
  remaining: number,
  final: string,
): ToldSlot {
  const starts = new Date(`${date}T${time}:00+08:00`);
  return {
    upstream_id: upstreamId,
    starts_at: starts.toISOString(),
    ends_at: new Date(starts.getTime() + 3_600_000).toISOString(),
    name: null,
    remaining,
    price_amount: final,
    price_currency: 'SGD',
    pax: [paxOf('CHILD', '43.50', 1_000, false), paxOf('ADULT', final, 1_000, true)],
    detail: { local: { startDate: date, startTime: time, endTime: time }, variantId: 32, original: final },
  };
}

export function item(upstreamId: string | number, name: string, startsAt: string, remaining: number): ToldSlot {
  const ends = new Date(Date.parse(startsAt) + 3_600_000).toISOString();
  const price = { price_amount: '12.50', price_currency: 'EUR' };
  const detail = { local: null, variantId: null, original: '12.50', discount: '0' };
  return { upstream_id: upstreamId, starts_at: startsAt, ends_at: ends, name, remaining, ...price, pax: null, detail };
}
