import type { ServedAge } from './view/view.ts';

/**
 * The age of an answer that is made from several answers of views: as old as the oldest, within its bound until the
 * first of them leaves its own, and a hit only if all of them are hits.
 *
 * @param boundMs bound of an answer that is made from none, in milliseconds
 */
export function combineServed(parts: readonly ServedAge[], boundMs: number): ServedAge {
  const ageMs = Math.max(0, ...parts.map((part) => part.ageMs));
  // Sums of this form leave a bound that all parts share exact.
  const bounds = parts.map((part) => part.boundMs + (ageMs - part.ageMs));
  const missed = parts.find(({ origin }) => origin === 'source') ?? parts.find(({ lookup }) => lookup !== 'hit');
  const { lookup, origin }: Pick<ServedAge, 'lookup' | 'origin'> = missed ?? { lookup: 'hit', origin: 'memory' };
  return {
    ageMs,
    boundMs: parts.length === 0 ? boundMs : Math.min(...bounds),
    lookup,
    origin,
    stale: parts.some(({ stale }) => stale),
  };
}
