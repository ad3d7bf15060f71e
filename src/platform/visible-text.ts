/** Text that a person writes: at least one visible character, no control characters, no lone surrogates. */
export const VISIBLE_TEXT = '^(?=.*\\S)[^\\p{Cc}\\p{Cs}]*$';

const VISIBLE = new RegExp(VISIBLE_TEXT, 'u');

/** Whether `text` is visible text of at most `maxLength` characters, as Unicode counts them. */
export function isVisibleText(text: string, maxLength: number): boolean {
  return text.length <= maxLength * 2 && VISIBLE.test(text) && [...text].length <= maxLength;
}

/** The message for text that is refused. */
export function visibleTextMessage(maxLength: number): string {
  return `must be 1 to ${maxLength} characters, at least one of them visible and none a control character`;
}
