import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type BitmapWord, IdBitmap } from './id-bitmap.ts';

const ID = fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constantFrom(31, 32, 63, 64, 65, 127, 2 ** 40, 2 ** 53 - 1));
const STEP = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), id: ID, isIn: fc.boolean() }),
  fc.record({
    kind: fc.constant('replace' as const),
    first: fc.integer({ min: 0, max: 6 }),
    words: fc.integer({ min: 0, max: 4 }),
    ids: fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }),
  }),
);

function toWords(ids: readonly number[]): BitmapWord[] {
  const words = new Map<number, bigint>();
  for (const id of ids.toSorted((a, b) => a - b)) {
    const word = Math.floor(id / 64);
    words.set(word, (words.get(word) ?? 0n) | (1n << BigInt(id % 64)));
  }
  return [...words].map(([word, bits]) => ({ word, bits }));
}

it('the bitmap has the ids and ranks of a sorted set, after any changes and a round trip through bytes', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 30 }), fc.nat(60), fc.nat(20), (steps, first, count) => {
      const bitmap = new IdBitmap();
      const model = new Set<number>();
      for (const step of steps) {
        if (step.kind === 'set') {
          bitmap.set(step.id, step.isIn);
          if (step.isIn) model.add(step.id);
          else model.delete(step.id);
        } else {
          const last = step.first + step.words;
          const ids = step.ids.map((id) => step.first * 64 + id).filter((id) => Math.floor(id / 64) <= last);
          const inRange = [...model].filter((id) => id >= step.first * 64 && id < (last + 1) * 64);
          const differences = bitmap.findDifferences(step.first, last, toWords(ids), 1_000);
          expect(new Set(differences)).toEqual(new Set(inRange).symmetricDifference(new Set(ids)));
          bitmap.replace(step.first, last, toWords(ids));
          for (const id of inRange) model.delete(id);
          for (const id of ids) model.add(id);
        }
      }
      const sorted = [...model].sort((a, b) => a - b);
      for (const each of [bitmap, IdBitmap.decode(bitmap.encode())]) {
        expect(each.total).toBe(sorted.length);
        expect(each.select(first, count)).toEqual(sorted.slice(first, first + count));
      }
    }),
  );
});

it('ten million consecutive ids take less than six megabytes', () => {
  const bitmap = new IdBitmap();
  const full = (1n << 64n) - 1n;
  const words = 10_000_000 / 64;
  for (let word = 0; word < words; word += 25_000) {
    const added = Array.from({ length: Math.min(25_000, words - word) }, (_, at) => ({ word: word + at, bits: full }));
    bitmap.replace(word, word + 24_999, added);
  }
  expect(bitmap.total).toBe(10_000_000);
  expect(bitmap.select(9_999_990, 20)).toEqual(Array.from({ length: 10 }, (_, at) => 9_999_990 + at));
  expect(bitmap.bytes).toBeLessThan(6_000_000);
});
