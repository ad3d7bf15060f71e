import type { Id } from '../../../platform/ids.ts';

/** Ids in a word: the bits of one MySQL `bigint`. */
export const WORD_IDS = 64;

/** A word of the bitmap: bit `i` stands for the id `word * 64 + i`. */
export interface BitmapWord {
  readonly word: number;
  readonly bits: bigint;
}

/**
 * A set of ids that knows the rank of each: one bit for each id, and running sums for the search. Ten million
 * consecutive ids take four megabytes; ids that are far apart take 24 bytes each at most.
 */
export class IdBitmap {
  #size = 0;
  #words = new Float64Array(64);
  #low = new Uint32Array(64);
  #high = new Uint32Array(64);
  /** Number of ids in the words up to each, inclusive. Valid below `#summed` only. */
  #sums = new Float64Array(64);
  #summed = 0;

  get total(): number {
    this.#updateSums();
    return this.#size === 0 ? 0 : at(this.#sums, this.#size - 1);
  }

  get bytes(): number {
    return this.#words.byteLength + this.#low.byteLength + this.#high.byteLength + this.#sums.byteLength;
  }

  set(id: Id, isIn: boolean): void {
    const word = Math.floor(id / WORD_IDS);
    const index = firstAtLeast(this.#words, this.#size, word);
    if (index === this.#size || at(this.#words, index) !== word) {
      if (!isIn) return;
      this.#splice(index, 0, [{ word, bits: 0n }]);
    }
    const bit = id % WORD_IDS;
    const half = bit < 32 ? this.#low : this.#high;
    const mask = 1 << (bit % 32);
    half[index] = isIn ? at(half, index) | mask : at(half, index) & ~mask;
    this.#summed = Math.min(this.#summed, index);
  }

  /** The ids by which the words from `first` to `last`, inclusive, differ from others; `undefined` for more than `limit`. */
  findDifferences(first: number, last: number, words: readonly BitmapWord[], limit: number): Id[] | undefined {
    const differing = new Map(words.map(({ word, bits }) => [word, bits]));
    const end = firstAtLeast(this.#words, this.#size, last + 1);
    for (let index = firstAtLeast(this.#words, this.#size, first); index < end; index += 1) {
      const word = at(this.#words, index);
      differing.set(word, (differing.get(word) ?? 0n) ^ this.#bitsAt(index));
    }
    const ids: Id[] = [];
    for (const [word, bits] of differing) {
      if (bits !== 0n) ids.push(...idsOf(word, Number(bits & 0xffffffffn), Number(bits >> 32n)));
      if (ids.length > limit) return undefined;
    }
    return ids;
  }

  /** Replaces the words from `first` to `last`, inclusive. @param words ascending */
  replace(first: number, last: number, words: readonly BitmapWord[]): void {
    const from = firstAtLeast(this.#words, this.#size, first);
    this.#splice(from, firstAtLeast(this.#words, this.#size, last + 1) - from, words);
  }

  /** Returns up to `count` ids from rank `first` on. The lowest id has rank 0. */
  select(first: number, count: number): Id[] {
    const ids: Id[] = [];
    if (first >= this.total) return ids;
    let index = firstAtLeast(this.#sums, this.#size, first + 1);
    let skip = first - (index === 0 ? 0 : at(this.#sums, index - 1));
    for (; ids.length < count && index < this.#size; index += 1) {
      const inWord = idsOf(at(this.#words, index), at(this.#low, index), at(this.#high, index));
      ids.push(...inWord.slice(skip, skip + count - ids.length));
      skip = 0;
    }
    return ids;
  }

  encode(): Buffer {
    const buffer = Buffer.alloc(this.#size * 16);
    for (let index = 0; index < this.#size; index += 1) {
      buffer.writeDoubleLE(at(this.#words, index), index * 16);
      buffer.writeUInt32LE(at(this.#low, index), index * 16 + 8);
      buffer.writeUInt32LE(at(this.#high, index), index * 16 + 12);
    }
    return buffer;
  }

  static decode(buffer: Buffer): IdBitmap {
    const bitmap = new IdBitmap();
    const words: BitmapWord[] = [];
    for (let offset = 0; offset < buffer.length; offset += 16) {
      words.push({ word: buffer.readDoubleLE(offset), bits: buffer.readBigUInt64LE(offset + 8) });
    }
    bitmap.#splice(0, 0, words);
    return bitmap;
  }

  #bitsAt(index: number): bigint {
    return (BigInt(at(this.#high, index)) << 32n) | BigInt(at(this.#low, index));
  }

  #updateSums(): void {
    let sum = this.#summed === 0 ? 0 : at(this.#sums, this.#summed - 1);
    for (let index = this.#summed; index < this.#size; index += 1) {
      sum += bitsIn(at(this.#low, index)) + bitsIn(at(this.#high, index));
      this.#sums[index] = sum;
    }
    this.#summed = this.#size;
  }

  #splice(start: number, removed: number, added: readonly BitmapWord[]): void {
    const size = this.#size - removed + added.length;
    this.#reserve(size);
    for (const column of [this.#words, this.#low, this.#high]) {
      column.copyWithin(start + added.length, start + removed, this.#size);
    }
    for (const [place, { word, bits }] of added.entries()) {
      this.#words[start + place] = word;
      this.#low[start + place] = Number(bits & 0xffffffffn);
      this.#high[start + place] = Number(bits >> 32n);
    }
    this.#size = size;
    this.#summed = Math.min(this.#summed, start);
  }

  #reserve(size: number): void {
    if (size <= this.#words.length) return;
    const length = Math.max(size, Math.ceil(this.#words.length * 1.5));
    const grown = <Column extends Float64Array | Uint32Array>(column: Column, empty: Column): Column => {
      empty.set(column);
      return empty;
    };
    this.#words = grown(this.#words, new Float64Array(length));
    this.#low = grown(this.#low, new Uint32Array(length));
    this.#high = grown(this.#high, new Uint32Array(length));
    this.#sums = grown(this.#sums, new Float64Array(length));
  }
}

/** The ids of a word, ascending. */
function idsOf(word: number, low: number, high: number): Id[] {
  const ids: Id[] = [];
  for (const [half, first] of [
    [low, word * WORD_IDS],
    [high, word * WORD_IDS + 32],
  ] as const) {
    // Clears the lowest bit in each step.
    for (let bits = half; bits !== 0; bits &= bits - 1) ids.push(first + 31 - Math.clz32(bits & -bits));
  }
  return ids;
}

function at(column: Float64Array | Uint32Array, index: number): number {
  const value = column[index];
  if (value === undefined) throw new RangeError(`the bitmap has no word ${index}`);
  return value;
}

function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Index of the first of an ascending column's `size` entries that is not below `value`, or `size`. */
function firstAtLeast(column: Float64Array, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(column, middle) >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
