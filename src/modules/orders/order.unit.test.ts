import { describe, expect, it } from 'vitest';
import { writeDecimal } from '../../platform/money.ts';
import { type Order, requireChangeable, totalOf } from './order.ts';

const line = (unit_price: string, quantity: number, discount = '0') => ({
  description: 'Thing',
  quantity,
  unit_price,
  discount,
});
const total = (currency: string, ...lines: ReturnType<typeof line>[]) => writeDecimal(totalOf({ currency, lines }));

describe('totalOf', () => {
  it('the total of an order without lines is 0', () => expect(total('USD')).toBe('0'));

  it('the total is exact', () => {
    expect(total('USD', line('0.1', 3))).toBe('0.3');
    expect(total('USD', line('14', 12), line('9.8', 10), line('34.8', 5))).toBe('440');
    expect(total('USD', line('99999999999.9999', 1_000_000))).toBe('99999999999999900');
  });

  it('the total is rounded once, not line by line', () => {
    // A line of 0.004 alone would be rounded to 0.
    expect(total('USD', line('0.01', 1, '0.6'), line('0.01', 1, '0.6'), line('0.01', 1, '0.6'))).toBe('0.01');
    expect(total('USD', line('0.01', 1, '0.5'), line('0.01', 1, '0.5'))).toBe('0.01');
  });

  it('the total is rounded up at exactly half', () => {
    expect(total('USD', line('0.01', 1, '0.5'))).toBe('0.01');
    expect(total('USD', line('5.35', 1, '0.5'))).toBe('2.68');
  });

  it("the total has the decimals of the currency's minor unit", () => {
    expect(total('JPY', line('21', 1, '0.5'))).toBe('11');
    expect(total('KWD', line('2.001', 1, '0.5'))).toBe('1.001');
    expect(total('EUR', line('2.01', 1, '0.503'))).toBe('1');
  });

  it("a price finer than the currency's minor unit is never rounded, and its decimals bound those of the total", () => {
    expect(total('JPY', line('10.5', 1))).toBe('10.5');
    expect(total('EUR', line('10.0050', 3), line('1', 1))).toBe('31.015');
    expect(total('EUR', line('10.005', 1, '0.5'))).toBe('5.003');
  });
});

describe('requireChangeable', () => {
  const order: Order = {
    order_id: 1,
    customer: 'Harry',
    currency: 'USD',
    lines: [],
    ordered_at: '2026-01-01T00:00:00Z',
    status: 'open',
    reservation_id: null,
  };
  it('an open order can be changed', () => expect(() => requireChangeable(order)).not.toThrow());
  it.each(['shipped', 'cancelled'] as const)('an order that is %s cannot be changed', (status) =>
    expect(() => requireChangeable({ ...order, status })).toThrow(`The order is ${status}`),
  );
  it('an order of a reservation cannot be changed by itself', () =>
    expect(() => requireChangeable({ ...order, reservation_id: 7 })).toThrow('follows reservation 7'));
});
