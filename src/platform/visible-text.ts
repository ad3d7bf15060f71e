/**
 * Characters that leave no mark on a page, as a set of a regular expression: white space, characters that Unicode has
 * a renderer ignore, controls, formats, surrogates and non-characters. Two symbols are blank by design: the empty
 * Braille pattern and the null notehead.
 */
const INVISIBLE =
  '\\p{White_Space}\\p{Default_Ignorable_Code_Point}\\p{Cc}\\p{Cf}\\p{Cs}\\p{Noncharacter_Code_Point}\\u2800\\u{1D159}';

/**
 * Text that a person writes: at least one visible character, no control characters, no lone surrogates. It does not begin
 * with U+FEFF: decoders take that for a byte order mark and drop it, so another text would be read back.
 */
export const VISIBLE_TEXT = `^(?!\\uFEFF)(?=[^]*?[^${INVISIBLE}])[^\\p{Cc}\\p{Cs}]*$`;

const VISIBLE = new RegExp(VISIBLE_TEXT, 'u');

/** Whether `text` is visible text of at most `maxLength` characters, as Unicode counts them. */
export function isVisibleText(text: string, maxLength: number): boolean {
  return text.length <= maxLength * 2 && VISIBLE.test(text) && [...text].length <= maxLength;
}

/** The message for text that is refused. */
export function visibleTextMessage(maxLength: number): string {
  return `must be 1 to ${maxLength} characters, at least one of them visible and none a control character`;
}
