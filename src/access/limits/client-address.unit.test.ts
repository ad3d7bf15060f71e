import { describe, expect, it } from 'vitest';
import { limitedAddress, shownAddress } from './client-address.ts';

describe('limitedAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::9', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:4711', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['', 'unknown'],
    ['for=_hidden', 'unknown'],
    ['192.0.2.999', 'unknown'],
  ])('%s is limited as %s', (address, name) => {
    expect(limitedAddress(address)).toBe(name);
  });
});

describe('shownAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['[2001:db8:1111:2222:3333:4444:5555:6666]:4711', '2001:db8:1111:2222:3333:4444:5555:6666'],
    ['for=_hidden', 'for=_hidden'],
    [`hf_${'x'.repeat(64)}`, '[long]'],
  ])('%s is logged as %s', (address, shown) => {
    expect(shownAddress(address)).toBe(shown);
  });
});
