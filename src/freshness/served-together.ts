import type { Served } from './view.ts';

/**
 * What is said of an answer that is made from several: it is as old as the oldest, holds until the first of them is
 * past its bound, and was in memory only if all of them were.
 *
 * @param boundMs the bound of an answer for which nothing had to be known
 */
export function servedTogether(parts: readonly Served<unknown>[], boundMs: number): Omit<Served<unknown>, 'value'> {
  const ageMs = Math.max(0, ...parts.map((part) => part.ageMs));
  const leftMs = parts.length === 0 ? boundMs : Math.min(...parts.map((part) => part.boundMs - part.ageMs));
  const asked = parts.find(({ origin }) => origin === 'source') ?? parts.find(({ source }) => source !== 'hit');
  const { source, origin }: Pick<Served<unknown>, 'source' | 'origin'> = asked ?? { source: 'hit', origin: 'memory' };
  return { ageMs, boundMs: ageMs + leftMs, source, origin, stale: parts.some(({ stale }) => stale) };
}
