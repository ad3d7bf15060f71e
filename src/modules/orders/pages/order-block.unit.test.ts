import { describe, expect, it } from 'vitest';
import { applyChange, parseBlockChange } from './order-block.ts';

const KNOWN = { block: 43, version: 7, ids: [11_010, 11_020, 11_030] };

describe('what the database tells of a block', () => {
  it.each([
    ['43:8:4:+11078', { block: 43, version: 8, orders: 4, ids: { joined: true, which: [11_078] } }],
    ['43:8:1:-11010-11030', { block: 43, version: 8, orders: 1, ids: { joined: false, which: [11_010, 11_030] } }],
    ['43:8:200:*', { block: 43, version: 8, orders: 200, ids: undefined }],
    ['0:1:1:+1', { block: 0, version: 1, orders: 1, ids: { joined: true, which: [1] } }],
  ])('is read: %s', (key, change) => expect(parseBlockChange(key)).toEqual(change));

  it.each(['', '43', '43:8:4', '43:8:4:', '43:8:4:+', '43:8:4:+1-2', '-1:8:4:+1', '43:8:-4:-1', 'x:8:4:+1'])(
    'is refused: %j',
    (key) => expect(() => parseBlockChange(key)).toThrow('does not tell'),
  );
});

describe('a block after a change', () => {
  const changed = (key: string) => applyChange(KNOWN, parseBlockChange(key));

  it('has what joined, in its place', () => {
    expect(changed('43:8:5:+11040+11015')).toEqual({
      block: 43,
      version: 8,
      ids: [11_010, 11_015, 11_020, 11_030, 11_040],
    });
  });

  it('has lost what left', () => {
    expect(changed('43:8:2:-11020')).toEqual({ block: 43, version: 8, ids: [11_010, 11_030] });
  });

  it('is the same after a change it already contains', () => {
    expect(changed('43:7:9:+1')).toBe(KNOWN);
    expect(changed('43:3:9:*')).toBe(KNOWN);
  });

  it('is not known after a change that tells too little, does not follow, or does not add up', () => {
    expect(changed('43:8:200:*')).toBeUndefined();
    expect(changed('43:9:4:+11040')).toBeUndefined();
    expect(changed('43:8:5:+11040')).toBeUndefined();
    expect(changed('43:8:4:+11030')).toBeUndefined();
  });
});
