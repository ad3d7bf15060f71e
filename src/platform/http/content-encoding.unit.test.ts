import { describe, expect, it } from 'vitest';
import { encodedEtag, plainEtag, preferredEncoding } from './content-encoding.ts';

describe('preferredEncoding', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0.5, gzip', 'gzip'],
    ['br;q=0.5,gzip;q=0.5', 'br'],
    ['br;q=0, gzip;q=0', undefined],
    ['br; q=0.001', 'br'],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['gzip, *;q=0', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['identity;q=1, br;q=0.5', undefined],
    ['identity;q=0.5, br', 'br'],
    ['gzip;q=nan, br', 'br'],
    ['deflate, zstd', undefined],
    [', ;q=1 ,,', undefined],
  ])('%j prefers %s', (header, expected) => {
    expect(preferredEncoding(header)).toBe(expected);
  });
});

it('each coding has its own validator, from which that of the plain answer is found again', () => {
  expect([encodedEtag('"a-_"', 'br'), encodedEtag('"a-_"', 'gzip'), encodedEtag('"a-_"', undefined)]).toEqual([
    '"a-_.br"',
    '"a-_.gzip"',
    '"a-_"',
  ]);
  for (const tag of ['"a-_.br"', '"a-_.gzip"', '"a-_"']) expect(plainEtag(tag)).toBe('"a-_"');
  expect(plainEtag('"a-br"')).toBe('"a-br"');
});
