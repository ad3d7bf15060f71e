import { expect, it } from 'vitest';
import type { PaxType } from '../api/resources.ts';
import { paxObstacle } from './quantity-picker.tsx';

function pax(type: string, isPrimary: boolean, min: number): PaxType {
  const price = { finalPrice: 1, originalPrice: 1, discount: 0, currencyCode: 'EUR' };
  return { type, name: type, description: '', isPrimary, min, max: 9, remaining: 9, price };
}

it("people can book together only with the primary type's minimum, and with that of each type that is chosen", () => {
  const types = [pax('Adult', true, 1), pax('Child', false, 2)];
  const obstacle = (chosen: Readonly<Record<string, number>>, of = types) =>
    paxObstacle(of, { places: 1, pax: chosen });
  expect(obstacle({ Child: 2 })).toBe('Every booking needs at least 1 × Adult.');
  expect(obstacle({ Adult: 1, Child: 1 })).toBe('Choose at least 2 × Child.');
  expect(obstacle({ Adult: 1, Child: 2 })).toBeUndefined();
  expect(obstacle({ Adult: 1 })).toBeUndefined();
  const withoutMinimum = [pax('Adult', true, 0), pax('Child', false, 0)];
  expect(obstacle({}, withoutMinimum)).toBe('Choose at least one person.');
  expect(obstacle({ Child: 1 }, withoutMinimum)).toBeUndefined();
  const unmarked = [pax('Adult', false, 1), pax('Child', false, 0)];
  expect(obstacle({ Child: 1 }, unmarked)).toBe('Every booking needs at least 1 × Adult.');
  expect(obstacle({}, [])).toBeUndefined();
});
