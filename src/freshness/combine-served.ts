import type { ServedAge } from './view/view.ts';

/**
 * The age of an answer that is made from several answers of views: as old as the oldest, within its bound until the
 * first of them leaves its own, and a hit only if all of them are hits.
 *
 * @param boundMs bound of an answer that is made from none, in milliseconds
 */
export function combineServed(parts: readonly ServedAge[], boundMs: number): ServedAge {
  const ageMs = Math.max(0, ...parts.map((part) => part.ageMs));
  const leftMs = parts.length === 0 ? boundMs : Math.min(...parts.map((part) => part.boundMs - part.ageMs));
  const missed = parts.find(({ origin }) => origin === 'source') ?? parts.find(({ lookup }) => lookup !== 'hit');
  const { lookup, origin }: Pick<ServedAge, 'lookup' | 'origin'> = missed ?? { lookup: 'hit', origin: 'memory' };
  return { ageMs, boundMs: ageMs + leftMs, lookup, origin, stale: parts.some(({ stale }) => stale) };
}
