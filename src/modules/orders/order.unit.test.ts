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

describe('the total of an order', () => {
  it('is 0 without lines', () => expect(total('USD')).toBe('0'));

  it('is exact', () => {
    expect(total('USD', line('0.1', 3))).toBe('0.3');
    expect(total('USD', line('14', 12), line('9.8', 10), line('34.8', 5))).toBe('440');
    expect(total('USD', line('99999999999.9999', 1_000_000))).toBe('99999999999999900');
  });

  it('is rounded once, not line by line', () => {
    // Each line is 0.004: by itself it would be rounded away.
    expect(total('USD', line('0.004', 1), line('0.004', 1), line('0.004', 1))).toBe('0.01');
    expect(total('USD', line('0.01', 1, '0.5'), line('0.01', 1, '0.5'))).toBe('0.01');
  });

  it('goes up at exactly half', () => {
    expect(total('USD', line('0.005', 1))).toBe('0.01');
    expect(total('USD', line('2.675', 1))).toBe('2.68');
  });

  it("has the decimals of the currency's smallest coin", () => {
    expect(total('JPY', line('10.5', 1))).toBe('11');
    expect(total('KWD', line('1.0005', 1))).toBe('1.001');
    expect(total('EUR', line('1.0005', 1))).toBe('1');
  });
});

describe('an order', () => {
  const order: Order = {
    order_id: 1,
    customer: 'Harry',
    currency: 'USD',
    lines: [],
    ordered_at: '2026-01-01T00:00:00Z',
    status: 'open',
    reservation_id: null,
  };
  it('may be changed while it is open', () => expect(() => requireChangeable(order)).not.toThrow());
  it.each(['shipped', 'cancelled'] as const)('stays as it is when %s', (status) =>
    expect(() => requireChangeable({ ...order, status })).toThrow(`The order is ${status}`),
  );
  it('of a reservation is changed through that', () =>
    expect(() => requireChangeable({ ...order, reservation_id: 7 })).toThrow('follows reservation 7'));
});
