import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterFailure, type Claim, nextStep, RETRY_POLICY, settle } from './retry-policy.ts';

describe('the next step of a queue entry', () => {
  it('books what is wanted, however often it was sent before', () => {
    for (const wasSent of [false, true]) {
      expect(nextStep({ wanted: 'booked', wasSent, upstreamId: null })).toEqual({ kind: 'book' });
    }
  });

  it('asks nothing of a supplier who was told nothing', () => {
    expect(nextStep({ wanted: 'cancelled', wasSent: false, upstreamId: null })).toEqual({ kind: 'finish' });
  });

  it('books again what may be held under an id we do not know, and cancels it once we know', () => {
    expect(nextStep({ wanted: 'cancelled', wasSent: true, upstreamId: null })).toEqual({ kind: 'book' });
    expect(nextStep({ wanted: 'cancelled', wasSent: true, upstreamId: 7 })).toEqual({ kind: 'cancel', id: 7 });
  });
});

describe('what follows a failure', () => {
  it('is another attempt, up to half a second later at first and up to a minute in the end', () => {
    const latest = Array.from({ length: 12 }, (_, index) => afterFailure(index + 1, 1, undefined, RETRY_POLICY));
    expect(latest.slice(0, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    expect(latest.slice(8)).toEqual([60_000, 60_000, 60_000, 60_000]);
    expect(afterFailure(9, 0, undefined, RETRY_POLICY)).toBe(0);
  });

  it('is not before the supplier asks for it', () => {
    expect(afterFailure(1, 0.5, 9_000, RETRY_POLICY)).toBe(9_000);
  });

  it('is a person, after the last attempt', () => {
    expect(afterFailure(199, 0, undefined, RETRY_POLICY)).toBe(0);
    expect(afterFailure(200, 0, 9_000, RETRY_POLICY)).toBe('park');
  });
});

const claims = fc.uniqueArray(
  fc.record({ id: fc.integer({ min: 1, max: 50 }), decidedAt: fc.bigInt({ min: 0n, max: 5n }), quantity: fc.nat(4) }),
  { selector: ({ id }) => id, maxLength: 12 },
);

describe('the rule of conflicts', () => {
  it('lets the earlier confirmation go first, then the lower id', () => {
    const claim = (id: number, decidedAt: bigint, quantity = 1): Claim => ({ id, decidedAt, quantity });
    expect(settle([claim(1, 9n), claim(2, 5n), claim(3, 5n)], 2)).toEqual([2, 3]);
    expect(settle([claim(3, 5n), claim(2, 5n)], 1)).toEqual([2]);
    expect(settle([claim(1, 1n, 3), claim(2, 2n, 2)], 2), 'who asks for too much is in nobody’s way').toEqual([2]);
  });

  it('names the same winners in whatever order the claims are told, and never more than there are units', () => {
    fc.assert(
      fc.property(
        claims.chain((told) => fc.tuple(fc.constant(told), fc.shuffledSubarray(told, { minLength: told.length }))),
        fc.nat(20),
        ([told, shuffled], units) => {
          const winners = settle(told, units);
          expect(settle(shuffled, units)).toEqual(winners);
          const quantityOf = new Map(told.map(({ id, quantity }) => [id, quantity]));
          expect(winners.reduce((sum, id) => sum + (quantityOf.get(id) ?? 0), 0)).toBeLessThanOrEqual(units);
        },
      ),
    );
  });

  it('would be told from one that goes by arrival', () => {
    const byArrival = (told: readonly Claim[], units: number) => told.slice(0, units).map(({ id }) => id);
    const told = [1, 2].map((id) => ({ id, decidedAt: BigInt(id), quantity: 1 }));
    expect(byArrival(told.toReversed(), 1)).not.toEqual(byArrival(told, 1));
  });
});
