import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type UnitClaim, winnersOf } from './conflict-rule.ts';

const anyClaims = fc.uniqueArray(
  fc.record({ id: fc.integer({ min: 1, max: 50 }), decidedAt: fc.bigInt({ min: 0n, max: 5n }), quantity: fc.nat(4) }),
  { selector: ({ id }) => id, maxLength: 12 },
);

describe('winnersOf', () => {
  it('the earlier confirmation wins, then the lower id', () => {
    const claim = (id: number, decidedAt: bigint, quantity = 1): UnitClaim => ({ id, decidedAt, quantity });
    expect(winnersOf([claim(1, 9n), claim(2, 5n), claim(3, 5n)], 2)).toEqual([2, 3]);
    expect(winnersOf([claim(3, 5n), claim(2, 5n)], 1)).toEqual([2]);
    expect(winnersOf([claim(1, 1n, 3), claim(2, 2n, 2)], 2), 'a claim on too many units does not block').toEqual([2]);
  });

  it('the winners are the same in every order of the claims, and never get more than there is', () => {
    fc.assert(
      fc.property(
        anyClaims.chain((claims) =>
          fc.tuple(fc.constant(claims), fc.shuffledSubarray(claims, { minLength: claims.length })),
        ),
        fc.nat(20),
        ([claims, shuffled], units) => {
          const winners = winnersOf(claims, units);
          expect(winnersOf(shuffled, units)).toEqual(winners);
          const quantityOf = new Map(claims.map(({ id, quantity }) => [id, quantity]));
          expect(winners.reduce((sum, id) => sum + (quantityOf.get(id) ?? 0), 0)).toBeLessThanOrEqual(units);
        },
      ),
    );
  });

  it('control: a rule that goes by the order of arrival has other winners', () => {
    const byArrival = (claims: readonly UnitClaim[], units: number) => claims.slice(0, units).map(({ id }) => id);
    const claims = [1, 2].map((id) => ({ id, decidedAt: BigInt(id), quantity: 1 }));
    expect(byArrival(claims.toReversed(), 1)).not.toEqual(byArrival(claims, 1));
  });
});
