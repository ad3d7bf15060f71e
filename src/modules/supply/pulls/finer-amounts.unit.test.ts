import { expect, it } from 'vitest';
import { upstreamItem } from '../../../../test/support/supply/supplied-slots.ts';
import type { UpstreamSlot } from '../adapters/adapter.ts';
import { findFinerAmounts } from './finer-amounts.ts';

const price = (final: string, currency: string) => ({ final, original: final, discount: '0', currency });
const slot = (...given: Parameters<typeof price>): UpstreamSlot => ({
  ...upstreamItem('a', 1),
  price: price(...given),
});

it.each([
  [[slot('10', 'JPY'), slot('9.99', 'EUR'), slot('1.005', 'KWD')], undefined],
  [[slot('10', 'JPY'), slot('10.5', 'JPY')], { count: 2, example: '10.5 JPY' }],
  [[slot('9.999', 'EUR')], { count: 2, example: '9.999 EUR' }],
])('amounts finer than the minor unit of their currency are found (%#)', (slots, found) => {
  expect(findFinerAmounts(slots)).toEqual(found);
});

it('amounts of pax types are found, and the price of their slot is not counted twice', () => {
  const [adult, child] = [price('10', 'JPY'), price('4.5', 'JPY')];
  const pax = [adult, child].map((each, index) => ({
    type: `${index}`,
    name: '',
    description: '',
    isPrimary: index === 0,
    min: 0,
    max: 9,
    remaining: 9,
    price: each,
  }));
  expect(findFinerAmounts([{ ...slot('10', 'JPY'), pax }])).toEqual({ count: 2, example: '4.5 JPY' });
});
