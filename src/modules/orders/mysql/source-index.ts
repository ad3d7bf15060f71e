import type { Id } from '../../../platform/ids.ts';
import type { LocatedOrders } from '../pages/order-index.ts';
import type { ChangedOrders } from './changed-orders.ts';
import { type BitmapWord, IdBitmap, WORD_IDS } from './id-bitmap.ts';

/** Reads of the index's source. */
export interface IndexReads {
  words(after: number, upTo: number): Promise<BitmapWord[]>;
  last(): Promise<string | null>;
}

/** A pass over the whole table, in ranges of ids. */
interface Sweep {
  readonly startedAt: number;
  /** The greatest id when the sweep began. */
  readonly last: number;
  /** The ids up to this one have been read. */
  readonly done: number;
}

export interface IndexProgress {
  /** From 0 to 1. */
  readonly share: number;
  readonly orders: number;
  /** Estimated time until the index is complete, in seconds. */
  readonly secondsLeft: number;
}

/** Time that one read of a range may take, in milliseconds. The width of the ranges follows from it. */
const RANGE_MS = 60;
const FIRST_WIDTH = 64 * WORD_IDS;
const GREATEST_WIDTH = 2 ** 40;
/** Words at the end that are read again for each look at it, since a smaller id may commit later than a greater one. */
const TAIL_WORDS = 8;
const MAX_DIFFERENCES = 5_000;

/**
 * The rank of every order, for pages that cost the same wherever they are. It is right as of `verifiedAt`: the start of
 * the last complete sweep over the table or, where the binary log is followed, the last moment up to which every change
 * has been applied.
 */
export class SourceIndex {
  #bitmap = new IdBitmap();
  #sweep: Sweep | undefined;
  #width = FIRST_WIDTH;
  /** `performance.now()` as of which the index is right; `undefined` while it never was. */
  #verifiedAt: number | undefined;
  /** Whether every change since `#verifiedAt` is known. */
  #isCertain = false;
  #sweptAt = Number.NEGATIVE_INFINITY;
  /** Ranges of the last complete sweep. */
  #ranges = 0;
  /** An id that is beyond what JSON can carry; it is not in the index. */
  unsafeId: string | undefined;

  get isCertain(): boolean {
    return this.#isCertain;
  }

  get verifiedAt(): number | undefined {
    return this.#verifiedAt;
  }

  get sweptAt(): number {
    return this.#sweptAt;
  }

  get ranges(): number {
    return this.#ranges;
  }

  /** Whether a sweep is under way. */
  get isSweeping(): boolean {
    return this.#sweep !== undefined;
  }

  get total(): number {
    return this.#bitmap.total;
  }

  get bytes(): number {
    return this.#bitmap.bytes;
  }

  /** How far the first sweep, or one after a gap, has come; `undefined` while the index is certain. */
  get progress(): IndexProgress | undefined {
    if (this.#isCertain) return undefined;
    const { startedAt = 0, last = 0, done = 0 } = this.#sweep ?? {};
    const share = last === 0 ? 0 : Math.min(done / last, 1);
    const secondsLeft = share === 0 ? 1 : Math.ceil(((performance.now() - startedAt) * (1 - share)) / share / 1_000);
    return { share, orders: this.#bitmap.total, secondsLeft: Math.max(secondsLeft, 1) };
  }

  /** Finds up to `count` orders from rank `first` on; `undefined` if the index was never complete. */
  locate(first: number, count: number): LocatedOrders | undefined {
    if (this.#verifiedAt === undefined) return undefined;
    return {
      ids: this.#bitmap.select(first, count),
      total: this.#bitmap.total,
      ageMs: performance.now() - this.#verifiedAt,
      fromMemory: true,
    };
  }

  /** Applies which of some ids are orders now. */
  apply(ids: Iterable<Id>, existing: ReadonlySet<Id>): void {
    for (const id of ids) this.#bitmap.set(id, existing.has(id));
  }

  /** Every change that was committed before a moment has been applied. */
  verify(asOf: number): void {
    if (this.#isCertain) this.#verifiedAt = Math.max(this.#verifiedAt ?? asOf, asOf);
  }

  /** Changes are unknown: the index keeps its age until it has been read again. */
  markUncertain(): void {
    this.#isCertain = false;
    this.#sweep = undefined;
  }

  /**
   * Reads the next range. The sweep that completes makes the index certain.
   *
   * @returns the orders that have come or gone since the index had the range
   */
  async sweepRange(reads: IndexReads): Promise<ChangedOrders> {
    const sweep = this.#sweep ?? (await this.#beginSweep(reads));
    this.#sweep = sweep;
    const isLast = sweep.done + this.#width >= sweep.last;
    const upTo = isLast ? Number.MAX_SAFE_INTEGER : sweep.done + this.#width;
    const startedAt = performance.now();
    let words: BitmapWord[];
    try {
      words = await reads.words(sweep.done, upTo);
    } catch (error) {
      // Perhaps the range was too wide for the time that a statement has.
      this.#width = Math.max(FIRST_WIDTH, this.#width / 16);
      throw error;
    }
    if (this.#sweep !== sweep) return new Set();
    const changed = this.#replace(sweep.done, isLast ? Number.POSITIVE_INFINITY : upTo, words);
    this.#ranges += 1;
    if (!isLast) {
      this.#adaptWidth(performance.now() - startedAt);
      this.#sweep = { ...sweep, done: upTo };
      return changed;
    }
    this.#sweep = undefined;
    this.#sweptAt = performance.now();
    this.#isCertain = true;
    this.#verifiedAt = Math.max(this.#verifiedAt ?? sweep.startedAt, sweep.startedAt);
    return changed;
  }

  /** Reads the ids at the end of the table, where most orders come. @returns those that have come or gone */
  async readTail(reads: IndexReads): Promise<ChangedOrders> {
    const last = Math.min(Number((await reads.last()) ?? 0), Number.MAX_SAFE_INTEGER);
    const after = Math.max(0, Math.floor(last / WORD_IDS) - TAIL_WORDS) * WORD_IDS - 1;
    return this.#replace(after, Number.POSITIVE_INFINITY, await reads.words(after, Number.MAX_SAFE_INTEGER));
  }

  #replace(after: number, upTo: number, words: readonly BitmapWord[]): ChangedOrders {
    const [first, last] = [wordAfter(after), wordAfter(upTo) - 1];
    // Nothing was in use before the first sweep.
    const isNew = this.#verifiedAt === undefined;
    const changed = isNew ? [] : this.#bitmap.findDifferences(first, last, words, MAX_DIFFERENCES);
    this.#bitmap.replace(first, last, words);
    return changed ? new Set(changed) : 'all';
  }

  async #beginSweep(reads: IndexReads): Promise<Sweep> {
    const startedAt = performance.now();
    this.#ranges = 0;
    const last = await reads.last();
    this.unsafeId = last !== null && !Number.isSafeInteger(Number(last)) ? last : undefined;
    return { startedAt, last: Math.min(Number(last ?? 0), Number.MAX_SAFE_INTEGER), done: -1 };
  }

  #adaptWidth(elapsedMs: number): void {
    const factor = Math.min(4, Math.max(0.25, RANGE_MS / Math.max(elapsedMs, 1)));
    const words = Math.round((this.#width * factor) / WORD_IDS);
    this.#width = Math.min(GREATEST_WIDTH, Math.max(FIRST_WIDTH, words * WORD_IDS));
  }

  encode(): Buffer {
    return this.#bitmap.encode();
  }

  /** Takes over an index that was stored. @param ageMs time since it was right */
  restore(bitmap: Buffer, ageMs: number): void {
    this.#bitmap = IdBitmap.decode(bitmap);
    this.#verifiedAt = performance.now() - ageMs;
    this.#sweptAt = this.#verifiedAt;
    this.#isCertain = true;
  }
}

/** Ranges end before the first id of a word: `done` is -1, 63, 127, … */
function wordAfter(done: number): number {
  return (done + 1) / WORD_IDS;
}
