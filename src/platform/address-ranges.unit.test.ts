import { describe, expect, it } from 'vitest';
import { addressesIn } from './address-ranges.ts';

describe('addressesIn', () => {
  const contains = addressesIn(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']);

  it.each(['10.0.0.1', '10.255.255.255', '192.0.2.7', '::ffff:10.1.2.3', '2001:db8:ffff::1', '::1'])(
    '%s is in a range',
    (address) => {
      expect(contains(address)).toBe(true);
    },
  );

  it.each(['11.0.0.1', '192.0.2.8', '::ffff:11.0.0.1', '2001:db9::1', '::2', '', 'unknown', '10.0.0.1:80'])(
    '%s is in no range',
    (address) => {
      expect(contains(address)).toBe(false);
    },
  );
});
