import { expect, it } from 'vitest';
import { combineServed } from './combine-served.ts';
import type { Served } from './view/view.ts';

const HIT: Served<string> = { value: 'a', ageMs: 0, boundMs: 0, lookup: 'hit', origin: 'memory', stale: false };
const part = (changes: Partial<Served<string>>): Served<string> => ({ ...HIT, ...changes });

it('a combined answer is as old as its oldest part, until the first part leaves its bound', () => {
  const old = part({ ageMs: 40_000, boundMs: 60_000 });
  const short = part({ ageMs: 300, boundMs: 1_000 });
  expect(combineServed([old, short], 1)).toEqual({
    ageMs: 40_000,
    boundMs: 40_700,
    lookup: 'hit',
    origin: 'memory',
    stale: false,
  });
  expect(combineServed([short, old], 1)).toEqual(combineServed([old, short], 1));
});

it('a combined answer is a hit only if every part is one', () => {
  const shared = part({ lookup: 'miss', origin: 'shared' });
  const loaded = part({ lookup: 'stale', origin: 'source' });
  const combine = (...parts: Served<string>[]) => {
    const { lookup, origin } = combineServed(parts, 1);
    return [lookup, origin];
  };
  expect(combine(HIT, HIT)).toEqual(['hit', 'memory']);
  expect(combine(HIT, shared)).toEqual(['miss', 'shared']);
  expect(combine(HIT, shared, loaded)).toEqual(['stale', 'source']);
});

it('a combined answer is stale if one part is', () => {
  const failed = part({ lookup: 'stale', origin: 'memory', stale: true, ageMs: 12, boundMs: 10 });
  const combined = combineServed([HIT, failed], 1);
  expect(combined).toMatchObject({ lookup: 'stale', origin: 'memory', stale: true });
  expect(combined.boundMs - combined.ageMs).toBe(-2);
});

it('an answer combined from no parts has age 0', () => {
  expect(combineServed([], 1_000)).toMatchObject({ ageMs: 0, boundMs: 1_000, lookup: 'hit', origin: 'memory' });
});
