/** A positive integer up to 2^53−1, so that it survives JSON and JavaScript unrounded. */
export type Id = number;

/**
 * Parses an id from a path or a query string; `undefined` for anything else. The text must be plain decimal digits,
 * because `Number` alone takes `''` for 0 and `'0x10'` for 16, and rounds 2^53+1.
 */
export function parseId(text: string): Id | undefined {
  if (!/^[1-9]\d{0,15}$/.test(text)) return undefined;
  const id = Number(text);
  return Number.isSafeInteger(id) ? id : undefined;
}
