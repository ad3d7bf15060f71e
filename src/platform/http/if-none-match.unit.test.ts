import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesEtag } from './if-none-match.ts';

describe('If-None-Match', () => {
  it.each([
    ['"a"', '"a"'],
    ['"other", "a"', '"a"'],
    ['"other","a","third"', '"a"'],
    [',, "a" ,', '"a"'],
    ['*', '"a"'],
    [' * ', '"a"'],
    ['""', '""'],
    ['"a,b"', '"a,b"'],
    ['"other", "a, b"', '"a, b"'],
  ])('%s matches %s', (header, etag) => {
    expect(matchesEtag(header, etag)).toBe(true);
  });

  // The table of RFC 9110, section 8.8.3.2.
  it.each([
    ['W/"1"', 'W/"1"', true],
    ['W/"1"', 'W/"2"', false],
    ['W/"1"', '"1"', true],
    ['"1"', 'W/"1"', true],
    ['"1"', '"1"', true],
  ])('%s and %s are compared weakly: %s', (header, etag, matches) => {
    expect(matchesEtag(header, etag)).toBe(matches);
  });

  it.each([
    [undefined, '"a"'],
    ['', '"a"'],
    ['a', '"a"'],
    ['"A"', '"a"'],
    ['"ab"', '"a"'],
    ['""', '"a"'],
    ['"*"', '"a"'],
    ['*, "b"', '"a"'],
    // One tag that contains commas, not three tags.
    ['"b,a,c"', '"a"'],
    ['"b,"', '","'],
  ])('%s does not match %s', (header, etag) => {
    expect(matchesEtag(header, etag)).toBe(false);
  });

  it('a header matches exactly the tags of its list, weak or not', () => {
    const tag = fc.stringMatching(/^[!#-~\x80-\xff]{0,4}$/);
    const listed = fc.array(fc.tuple(tag, fc.boolean()), { minLength: 1, maxLength: 5 });
    const separator = fc.constantFrom(',', ', ', ' , ', ',,');
    fc.assert(
      fc.property(listed, separator, tag, (tags, between, other) => {
        const header = tags.map(([opaque, weak]) => `${weak ? 'W/' : ''}"${opaque}"`).join(between);
        for (const [opaque] of tags) expect(matchesEtag(header, `"${opaque}"`)).toBe(true);
        expect(matchesEtag(header, `"${other}"`)).toBe(tags.some(([opaque]) => opaque === other));
      }),
    );
  });
});
