/** A positive integer up to 2^53−1, so that it survives JSON and JavaScript unrounded. */
export type Id = number;

/**
 * Reads an id from a path or a query string. `Number` alone would take `''` for 0, `'0x10'` for 16 and
 * round 2^53+1, so the text must be plain decimal digits first.
 */
export function parseId(text: string): Id | undefined {
  if (!/^[1-9]\d{0,15}$/.test(text)) return undefined;
  const id = Number(text);
  return Number.isSafeInteger(id) ? id : undefined;
}
