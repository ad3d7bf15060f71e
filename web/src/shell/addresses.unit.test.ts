import { expect, it } from 'vitest';
import { addressOf, findUnusableParam, parseParams } from './addresses.ts';

it('an address holds the parameters that have a value', () => {
  expect(addressOf('orders', { page: 3 })).toBe('/orders?page=3');
  expect(addressOf('book', { provider: 2, move: undefined, day: '2026-12-30' })).toBe(
    '/book?provider=2&day=2026-12-30',
  );
  expect(addressOf('items')).toBe('/items');
});

it('malformed parameters and unsafe integers have no value', () => {
  const parse = (query: string) => parseParams(new URLSearchParams(query));
  expect(parse('page=3&day=2026-02-28')).toMatchObject({ page: 3, day: '2026-02-28' });
  expect(parse('page=0&day=2026-02-30')).toMatchObject({ page: undefined, day: undefined });
  expect(parse('page=1e3&day=26-02-28')).toMatchObject({ page: undefined, day: undefined });
  expect(parse('provider=9007199254740991')).toMatchObject({ provider: 9_007_199_254_740_991 });
  expect(parse('page=9007199254740992&day=9999-12-31')).toMatchObject({ page: undefined, day: undefined });
});

it("an unusable value of one of a view's own parameters is found, and those of other views are not", () => {
  const find = (query: string) => findUnusableParam(new URLSearchParams(query), ['provider', 'day']);
  for (const text of ['0', '-1', '1e3', '01', '', ' 1', '9007199254740992', '٣']) {
    expect(find(`provider=${encodeURIComponent(text)}`)).toEqual({ name: 'provider', text });
  }
  expect(find('provider=1&provider=2')).toEqual({ name: 'provider', text: '1, 2' });
  expect(find('provider=1&day=2026-02-30')).toEqual({ name: 'day', text: '2026-02-30' });
  expect(find('provider=1&day=2026-02-28&page=0')).toBeUndefined();
  expect(find('')).toBeUndefined();
});
