import type { StoredWriteBack } from './write-back-fixture.ts';

/** A confirmed booking of a slot, as far as it decides which booking gets a unit. */
export interface UnitClaim {
  readonly id: number;
  /** When its confirmation was decided, in microseconds since 1970. */
  readonly decidedAt: bigint;
  readonly quantity: number;
}

export function toUnitClaim({ reservation_id, decided_us, quantity }: StoredWriteBack): UnitClaim {
  return { id: reservation_id, decidedAt: BigInt(decided_us), quantity };
}

/**
 * The rule of conflicts as a pure function; the server implements it in SQL, by the order in which it sends bookings.
 * The earlier confirmation wins, then the lower id. A claim on more units than are left gets nothing, and does not
 * block the claims after it.
 *
 * @returns the ids of the winners, in the order of the rule
 */
export function winnersOf(claims: readonly UnitClaim[], units: number): number[] {
  const inOrder = claims.toSorted((a, b) => Number(a.decidedAt - b.decidedAt) || a.id - b.id);
  let left = units;
  return inOrder.flatMap(({ id, quantity }) => {
    if (quantity > left) return [];
    left -= quantity;
    return [id];
  });
}
