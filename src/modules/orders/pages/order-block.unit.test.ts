import { describe, expect, it } from 'vitest';
import { applyBlockChange, parseBlockChange } from './order-block.ts';

const BLOCK = { block: 43, version: 7, ids: [11_010, 11_020, 11_030] };

describe('parseBlockChange', () => {
  it.each([
    ['43:8:4:+11078', { block: 43, version: 8, orders: 4, moved: { inserted: true, ids: [11_078] } }],
    ['43:8:1:-11010-11030', { block: 43, version: 8, orders: 1, moved: { inserted: false, ids: [11_010, 11_030] } }],
    ['43:8:200:*', { block: 43, version: 8, orders: 200, moved: undefined }],
    ['0:1:1:+1', { block: 0, version: 1, orders: 1, moved: { inserted: true, ids: [1] } }],
  ])('the key %s is parsed', (key, change) => expect(parseBlockChange(key)).toEqual(change));

  it.each(['', '43', '43:8:4', '43:8:4:', '43:8:4:+', '43:8:4:+1-2', '-1:8:4:+1', '43:8:-4:-1', 'x:8:4:+1'])(
    'the key %j is refused',
    (key) => expect(() => parseBlockChange(key)).toThrow('is not a change of a block'),
  );
});

describe('applyBlockChange', () => {
  const changed = (key: string) => applyBlockChange(BLOCK, parseBlockChange(key));

  it('an inserted id takes its place in the ascending ids', () => {
    expect(changed('43:8:5:+11040+11015')).toEqual({
      block: 43,
      version: 8,
      ids: [11_010, 11_015, 11_020, 11_030, 11_040],
    });
  });

  it('a deleted id is removed', () => {
    expect(changed('43:8:2:-11020')).toEqual({ block: 43, version: 8, ids: [11_010, 11_030] });
  });

  it('a change that the block already contains leaves it unchanged', () => {
    expect(changed('43:7:9:+1')).toBe(BLOCK);
    expect(changed('43:3:9:*')).toBe(BLOCK);
  });

  it('a change without ids, after a gap or with another count leaves the block unknown', () => {
    expect(changed('43:8:200:*')).toBeUndefined();
    expect(changed('43:9:4:+11040')).toBeUndefined();
    expect(changed('43:8:5:+11040')).toBeUndefined();
    expect(changed('43:8:4:+11030')).toBeUndefined();
  });
});
