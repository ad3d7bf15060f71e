/** What cannot be imported, in words for the person at the terminal. */
export class ImportError extends Error {}

/** One line for each row that is refused: `file:line: reason`. */
export function sayRows(
  message: string,
  rows: readonly { readonly file: string; readonly line: number; readonly reason: string }[],
  count: number,
): string {
  const lines = rows.map(({ file, line, reason }) => `\n  ${file}:${line}: ${reason}`);
  const more = count > rows.length ? `\n  and ${(count - rows.length).toLocaleString('en')} more` : '';
  return `${message}${lines.join('')}${more}`;
}

export function sayCount(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
