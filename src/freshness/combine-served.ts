import type { Served } from './view.ts';

/** The age of an answer and where it came from, without its value. */
export type ServedAge = Omit<Served<unknown>, 'value'>;

/**
 * The age of an answer made from several parts: as old as the oldest, within its bound until the first part leaves its
 * own, and a hit only if every part was one.
 *
 * @param boundMs the bound of an answer that needs no parts
 */
export function combineServed(parts: readonly ServedAge[], boundMs: number): ServedAge {
  const ageMs = Math.max(0, ...parts.map((part) => part.ageMs));
  const leftMs = parts.length === 0 ? boundMs : Math.min(...parts.map((part) => part.boundMs - part.ageMs));
  const missed = parts.find(({ origin }) => origin === 'source') ?? parts.find(({ source }) => source !== 'hit');
  const { source, origin }: Pick<ServedAge, 'source' | 'origin'> = missed ?? { source: 'hit', origin: 'memory' };
  return { ageMs, boundMs: ageMs + leftMs, source, origin, stale: parts.some(({ stale }) => stale) };
}
