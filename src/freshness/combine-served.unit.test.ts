import { describe, expect, it } from 'vitest';
import { combineServed } from './combine-served.ts';
import type { Served } from './view.ts';

const HIT: Served<string> = { value: 'a', ageMs: 0, boundMs: 0, source: 'hit', origin: 'memory', stale: false };
const part = (changes: Partial<Served<string>>): Served<string> => ({ ...HIT, ...changes });

describe('an answer that is made from several', () => {
  it('is as old as the oldest, and holds until the first is past its bound', () => {
    const old = part({ ageMs: 40_000, boundMs: 60_000 });
    const short = part({ ageMs: 300, boundMs: 1_000 });
    expect(combineServed([old, short], 1)).toEqual({
      ageMs: 40_000,
      boundMs: 40_700,
      source: 'hit',
      origin: 'memory',
      stale: false,
    });
    expect(combineServed([short, old], 1)).toEqual(combineServed([old, short], 1));
  });

  it('was in memory only if all of them were', () => {
    const shared = part({ source: 'miss', origin: 'shared' });
    const asked = part({ source: 'stale', origin: 'source' });
    const how = (...parts: Served<string>[]) => {
      const { source, origin } = combineServed(parts, 1);
      return [source, origin];
    };
    expect(how(HIT, HIT)).toEqual(['hit', 'memory']);
    expect(how(HIT, shared)).toEqual(['miss', 'shared']);
    expect(how(HIT, shared, asked)).toEqual(['stale', 'source']);
  });

  it('is stale if one of them is', () => {
    const failed = part({ source: 'stale', origin: 'memory', stale: true, ageMs: 12, boundMs: 10 });
    const together = combineServed([HIT, failed], 1);
    expect(together).toMatchObject({ source: 'stale', origin: 'memory', stale: true });
    expect(together.boundMs - together.ageMs).toBe(-2);
  });

  it('is new where nothing had to be known', () => {
    expect(combineServed([], 1_000)).toMatchObject({ ageMs: 0, boundMs: 1_000, source: 'hit', origin: 'memory' });
  });
});
