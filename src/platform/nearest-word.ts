/**
 * The candidate that is nearest to a mistyped word, or `undefined` when none is near. A candidate is near when it takes
 * at most one edit for every three letters of the word, or when the word is the beginning of it.
 */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  const maxDistance = Math.max(1, Math.ceil(word.length / 3));
  let nearest: string | undefined;
  let nearestDistance = maxDistance + 1;
  for (const candidate of candidates) {
    const distance = word !== '' && candidate.startsWith(word) ? 0 : editDistance(word, candidate);
    if (distance < nearestDistance) [nearest, nearestDistance] = [candidate, distance];
  }
  return nearest;
}

/**
 * Number of letters to insert, delete, replace or swap with their neighbour to turn one word into another: the optimal
 * string alignment distance (Damerau, "A technique for computer detection and correction of spelling errors", 1964).
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + Number(!isSame),
        isSwapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
