/** Text a person writes: something visible, no control characters, no half of a surrogate pair. */
export const WRITTEN_TEXT = '^(?=.*\\S)[^\\p{Cc}\\p{Cs}]*$';

const WRITTEN = new RegExp(WRITTEN_TEXT, 'u');

/** Whether a text is such a one, of at most so many characters as Unicode counts them. */
export function isWrittenText(text: string, maxLength: number): boolean {
  return text.length <= maxLength * 2 && WRITTEN.test(text) && [...text].length <= maxLength;
}

/** What a refused text is told. */
export function saysWrittenText(maxLength: number): string {
  return `must be 1 to ${maxLength} characters, something visible among them and no control characters`;
}
