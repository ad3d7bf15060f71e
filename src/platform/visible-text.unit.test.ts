import { describe, expect, it } from 'vitest';
import { isVisibleText } from './visible-text.ts';

describe('visible text', () => {
  it.each([
    ['', 'nothing'],
    [' \u00a0\u2003\u3000', 'white space'],
    ['\u200b', 'ZERO WIDTH SPACE'],
    ['\u200c\u200d', 'ZERO WIDTH JOINER'],
    ['\u2060', 'WORD JOINER'],
    ['\ufeff', 'ZERO WIDTH NO-BREAK SPACE'],
    ['\u00ad', 'SOFT HYPHEN'],
    ['\u034f', 'COMBINING GRAPHEME JOINER'],
    ['\u061c\u202e\u2066', 'direction marks'],
    ['\u115f\u1160\u3164\uffa0', 'HANGUL FILLERs'],
    ['\u180e', 'MONGOLIAN VOWEL SEPARATOR'],
    ['\u2800', 'BRAILLE PATTERN BLANK'],
    ['\ufe0f', 'VARIATION SELECTOR-16'],
    ['\u{e0041}\u{e007f}', 'tags'],
    ['\u{1d159}', 'MUSICAL SYMBOL NULL NOTEHEAD'],
    ['\ufff9', 'INTERLINEAR ANNOTATION ANCHOR'],
    ['\ufffe\ufdd0\u{1ffff}', 'non-characters'],
    ['\u2028\u2029', 'separators of lines'],
    ['a\u0000', 'a control character'],
    ['a\u007f', 'DELETE'],
    ['a\n', 'a line feed'],
    ['a\ud800', 'half a surrogate pair'],
    ['\ufeffa', 'a byte order mark'],
  ])('the text %j is refused: %s', (text) => {
    expect(isVisibleText(text, 100)).toBe(false);
  });

  it.each([
    'a',
    ' a ',
    'é',
    'e\u0301',
    '\u2800\u2801',
    '\u200bx',
    '李',
    'مرحبا\u200f',
    'क्\u200dष',
    '👩\u200d🔧',
    '❤\ufe0f',
    '\u3131',
    '.',
    '\ufffd',
  ])('text such as %j is accepted', (text) => {
    expect(isVisibleText(text, 100)).toBe(true);
  });

  it('length counts characters and not units of UTF-16', () => {
    expect([isVisibleText('😀'.repeat(10), 10), isVisibleText('😀'.repeat(11), 10)]).toEqual([true, false]);
  });
});
