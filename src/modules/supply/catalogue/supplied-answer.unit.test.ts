import { describe, expect, it } from 'vitest';
import { combineSupplied, type ServedPartition } from './supplied-answer.ts';

const NOW_MS = 1_000_000;

/** A partition observed `observedAgoMs` ago, or never, whose copy in memory is `copyAgeMs` old. */
function partition(
  observedAgoMs: number | undefined,
  targetAgeMs: number | undefined,
  { copyAgeMs = 0, origin = 'memory' }: { copyAgeMs?: number; origin?: 'memory' | 'source' } = {},
): ServedPartition {
  const value = observedAgoMs === undefined ? undefined : { observedMs: NOW_MS - observedAgoMs };
  const lookup = origin === 'memory' ? 'hit' : 'miss';
  return { served: { value, ageMs: copyAgeMs, boundMs: 60_000, lookup, origin, stale: false }, targetAgeMs };
}

const ageOf = (...partitions: ServedPartition[]) => {
  const { ageMs, targetAgeMs, isIncomplete } = combineSupplied(partitions, NOW_MS);
  return { ageMs, targetAgeMs, isIncomplete };
};

describe('combineSupplied', () => {
  it('an answer is as old as its oldest partition, and on target until the first partition leaves its own', () => {
    expect(ageOf(partition(3_000, 10_000), partition(1_000, 2_000))).toEqual({
      ageMs: 3_000,
      targetAgeMs: 4_000,
      isIncomplete: false,
    });
  });

  it('an answer is at least as old as the copy of its claims in memory', () => {
    expect(ageOf(partition(1_000, 10_000, { copyAgeMs: 1_500 }))).toMatchObject({ ageMs: 1_500, targetAgeMs: 10_000 });
  });

  it('a partition that was never pulled makes an answer incomplete and changes neither its age nor its target', () => {
    expect(ageOf(partition(1_000, 10_000), partition(undefined, 500))).toEqual({
      ageMs: 1_000,
      targetAgeMs: 10_000,
      isIncomplete: true,
    });
  });

  it('an answer from partitions that were never pulled has no age, and the tightest of their targets', () => {
    const never = { ageMs: undefined, isIncomplete: true };
    expect(ageOf(partition(undefined, 500), partition(undefined, 900))).toEqual({ ...never, targetAgeMs: 500 });
  });

  it('a partition without a target age limits nothing and is not missed', () => {
    expect(ageOf(partition(undefined, undefined))).toEqual({
      ageMs: undefined,
      targetAgeMs: undefined,
      isIncomplete: false,
    });
    expect(ageOf(partition(5_000, undefined), partition(1_000, 2_000))).toMatchObject({ targetAgeMs: 6_000 });
  });

  it('an answer comes from memory only if all its partitions do', () => {
    const sourceOf = (...partitions: ServedPartition[]) => combineSupplied(partitions, NOW_MS).origin;
    expect(sourceOf(partition(1, 2), partition(1, 2))).toBe('memory');
    expect(sourceOf(partition(1, 2), partition(undefined, 2, { origin: 'source' }))).toBe('source');
    expect(sourceOf()).toBe('memory');
  });
});
