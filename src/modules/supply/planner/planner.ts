import type { Id } from '../../../platform/ids.ts';
import { askedAges, type CadenceRule, floorAges } from './cadence.ts';
import { KeyedHeap } from './keyed-heap.ts';
import { type DayReads, ReadForecast } from './read-forecast.ts';
import { type PullResult, type Target, type TargetRecord, TargetTable } from './target-table.ts';

export interface PlannerSettings {
  readonly products: readonly Id[];
  readonly cadence: readonly CadenceRule[];
  /** What the supplier's limits allow, all of them together. */
  readonly pullsPerDay: number;
  /** Between 0 and 1: which part of the limit is enough to pull everything at its floor age. */
  readonly floorShare?: number;
  /** Between 0 and 1: what a read that is still true is worth beside one within its asked age. */
  readonly truthShare?: number;
}

/** All a planner remembers, to be written down and given to the next one. */
export interface PlannerMemory {
  readonly targets: readonly TargetRecord[];
  readonly days: readonly DayReads[];
}

export type Decision =
  | { readonly kind: 'pull'; readonly target: Target }
  /** Nothing is worth a pull before. */
  | { readonly kind: 'wait'; readonly untilMs: number };

export interface Backlog {
  /** Product-dates past their asked age. */
  readonly pastAsked: number;
  /** When none will be, at this limit and cadence; none if that never happens. */
  readonly clearsInMs: number | undefined;
  /** Product-dates the limit is enough for, and how many of them are past their asked age. */
  readonly kept: number;
  readonly keptPastAsked: number;
}

const DAY_MS = 86_400_000;
/** Estimates move over hours, and reckoning all of them anew takes milliseconds. */
const PLAN_EVERY_MS = 30 * 60_000;
/** What is kept within its age comes up for its turn so many pulls before it is due. */
const LEAD_PULLS = 5;
const FLOOR_SHARE = 0.1;
const TRUTH_SHARE = 0;

/**
 * Decides what to pull next from a supplier that allows fewer pulls than the cadence asks for. docs/planner.md tells
 * the reasons. It takes what comes first of these:
 *
 * 1. a target past its floor age, or not pulled within its asked age since it came in, so that nothing starves;
 * 2. of those kept within their asked age, one past it: where most reads are lost by the minute;
 * 3. of those kept, one that will soon be;
 * 4. of the others, the one whose pull is worth most.
 *
 * A pull is worth the reads it answers within the asked age. Those kept are the worthiest that the limit is enough
 * for. The first rule goes by deadline, and a pull moves a deadline into the future, so no target is overtaken twice by
 * the same one: it waits for one round of all targets at most, whatever the estimates say.
 */
export class Planner {
  readonly #table: TargetTable;
  readonly #forecast: ReadForecast;
  readonly #askedAges: readonly number[];
  readonly #floorAges: readonly number[];
  readonly #pullsPerMs: number;
  readonly #truthShare: number;
  /** Expected reads that a pull answers well. */
  readonly #worth: Float64Array;
  /** Pulls that keeping it takes beyond those at its floor age. */
  readonly #extraPerMs: Float64Array;
  readonly #inFlight: Uint8Array;
  /** Not to be named before. */
  readonly #heldUntil: Float64Array;
  /** All that may be pulled, by when they must. */
  readonly #floors: KeyedHeap;
  /** And each in one of these: by when it comes up, by what waiting costs, by when it is due, by its worth. */
  readonly #resting: KeyedHeap;
  readonly #late: KeyedHeap;
  readonly #soon: KeyedHeap;
  readonly #spare: KeyedHeap;
  /** The worth of the last pull the limit is enough for. */
  #price = 0;
  #plannedAtMs = Number.NEGATIVE_INFINITY;

  /** @param today in the supplier's zone */
  constructor(settings: PlannerSettings, today: string, memory: PlannerMemory = { targets: [], days: [] }) {
    this.#askedAges = askedAges(settings.cadence);
    this.#pullsPerMs = settings.pullsPerDay / DAY_MS;
    if (!(this.#pullsPerMs > 0)) throw new RangeError('a planner needs pulls to plan');
    const { products, floorShare = FLOOR_SHARE } = settings;
    this.#floorAges = floorAges(this.#askedAges, products.length, this.#pullsPerMs, floorShare);
    this.#truthShare = settings.truthShare ?? TRUTH_SHARE;
    this.#table = new TargetTable(products, this.#askedAges.length, today);
    for (const record of memory.targets) this.#table.restore(record);
    this.#forecast = new ReadForecast(this.#table, memory.days);
    const { size } = this.#table;
    this.#worth = new Float64Array(size);
    this.#extraPerMs = new Float64Array(size);
    this.#inFlight = new Uint8Array(size);
    this.#heldUntil = new Float64Array(size);
    this.#floors = new KeyedHeap(size);
    this.#resting = new KeyedHeap(size);
    this.#late = new KeyedHeap(size);
    this.#soon = new KeyedHeap(size);
    this.#spare = new KeyedHeap(size);
  }

  /**
   * The oldest that knowledge of a date so many days ahead ever gets while pulls are made at the limit and answered:
   * its floor age and one round, with the dates that midnight may add to it. A date's floor age is less from one
   * midnight to the next, so it is that of the day before. It holds where a round takes less than a day.
   */
  maxAgeMs(daysAhead: number): number {
    const before = Math.min(daysAhead + 1, this.#floorAges.length - 1);
    return at(this.#floorAges, before) + (this.#table.size + this.#table.products.length) / this.#pullsPerMs;
  }

  /** What to pull now. Asking is free; a target that is named is in flight until `observe` or `putBack`. */
  next(nowMs: number, today: string): Decision {
    this.#roll(nowMs, today);
    if (nowMs - this.#plannedAtMs >= PLAN_EVERY_MS) this.#plan(nowMs);
    this.#wake(nowMs);
    const index = this.#choose(nowMs);
    if (index === undefined) {
      const untilMs = Math.min(this.#resting.topKey, this.#floors.topKey, nowMs + DAY_MS);
      return { kind: 'wait', untilMs };
    }
    this.#inFlight[index] = 1;
    this.#takeOut(index);
    return { kind: 'pull', target: this.#table.targetAt(index) };
  }

  /** Takes in what a pull said, at the time it was answered. A date that has passed meanwhile is nobody's concern. */
  observe(target: Target, answer: PullResult, nowMs: number): void {
    const index = this.#table.find(target);
    if (index === undefined) return;
    this.#inFlight[index] = 0;
    const begins = this.#table.observe(index, answer);
    this.#sort(index, nowMs);
    if (begins) this.#recheckLike(index, nowMs);
  }

  /** A pull got no answer. Its target is not named again before `notBeforeMs`. */
  putBack(target: Target, notBeforeMs: number): void {
    const index = this.#table.find(target);
    if (index === undefined) return;
    this.#inFlight[index] = 0;
    this.#heldUntil[index] = notBeforeMs;
    this.#takeOut(index);
    this.#resting.set(index, notBeforeMs);
  }

  /** Counts reads, of one or many readers. */
  read(target: Target, count: number): void {
    const index = this.#table.find(target);
    if (index !== undefined) this.#forecast.read(index, count);
  }

  estimate(nowMs: number): Backlog {
    let [pastAsked, kept, keptPastAsked, askedPerMs] = [0, 0, 0, 0];
    for (let index = 0; index < this.#table.size; index += 1) {
      const past = this.#isPast(index, nowMs);
      const isKept = this.#isKept(index);
      askedPerMs += 1 / this.#askedAge(index);
      if (past) pastAsked += 1;
      if (isKept) kept += 1;
      if (past && isKept) keptPastAsked += 1;
    }
    // While the backlog goes down, what was pulled falls due again: only the rest of the limit clears it.
    const spare = this.#pullsPerMs - askedPerMs;
    const clearsInMs = pastAsked === 0 ? 0 : spare > 0 ? Math.ceil(pastAsked / spare) : undefined;
    return { pastAsked, clearsInMs, kept, keptPastAsked };
  }

  /** Plans anew, so that a planner made from this memory at this moment decides as this one does from now on. */
  remember(nowMs: number): PlannerMemory {
    this.#plan(nowMs);
    const targets = Array.from({ length: this.#table.size }, (_, index) => this.#table.recordOf(index));
    return { targets, days: this.#forecast.days };
  }

  #choose(nowMs: number): number | undefined {
    if (this.#floors.topKey <= nowMs) return this.#floors.top;
    return this.#late.top ?? this.#soon.top ?? this.#spare.top;
  }

  #roll(nowMs: number, today: string): void {
    if (!this.#table.needsRoll(today)) return;
    this.#pass(nowMs);
    const left = this.#table.rollTo(today);
    for (const index of left) {
      this.#inFlight[index] = 0;
      this.#heldUntil[index] = 0;
    }
    this.#plan(nowMs);
  }

  #pass(nowMs: number): void {
    const elapsedMs = nowMs - this.#plannedAtMs;
    if (elapsedMs > 0 && Number.isFinite(elapsedMs)) this.#forecast.pass(elapsedMs);
    this.#plannedAtMs = nowMs;
  }

  #plan(nowMs: number): void {
    this.#pass(nowMs);
    this.#forecast.forecast();
    for (let index = 0; index < this.#table.size; index += 1) {
      this.#worth[index] = (this.#forecast.rates[index] as number) * this.#usefulMs(index);
    }
    this.#price = this.#findPrice();
    for (let index = 0; index < this.#table.size; index += 1) {
      if (this.#inFlight[index] === 0) this.#sort(index, nowMs);
    }
  }

  /**
   * How long a pull serves readers: for the asked age. With a share for truth also for as long as it stays true, times
   * the chance that it says anything new. As in Cho and Garcia-Molina, "Effective Page Refresh Policies for Web
   * Crawlers" (2003), that is least for what never changes and for what has changed again before it is read.
   */
  #usefulMs(index: number): number {
    const askedMs = this.#askedAge(index);
    if (this.#truthShare === 0) return askedMs;
    const perMs = this.#table.changeRate(index);
    const newsChance = 1 - Math.exp(-perMs * askedMs);
    const trueMs = perMs === 0 ? 0 : (newsChance / perMs) * newsChance;
    return (1 - this.#truthShare) * askedMs + this.#truthShare * trueMs;
  }

  /**
   * The limit is spent best on what is worth most a pull (a fractional knapsack; Azar et al., "Tractable near-optimal
   * policies for crawling" (2018), find the price of their objective much the same way). All that is worth the price or
   * more is kept within its asked age; the rest gets pulls at its floor age. Halving the span finds it without sorting.
   */
  #findPrice(): number {
    const leadMs = LEAD_PULLS / this.#pullsPerMs / 2;
    let atFloor = 0;
    let most = 0;
    for (let index = 0; index < this.#table.size; index += 1) {
      const asked = this.#askedAge(index);
      const floorPerMs = 1 / this.#floorAge(index);
      this.#extraPerMs[index] = 1 / Math.max(asked - leadMs, asked / 2) - floorPerMs;
      atFloor += floorPerMs;
      most = Math.max(most, this.#worth[index] as number);
    }
    const left = this.#pullsPerMs - atFloor;
    if (this.#extraPerMsAt(0) <= left) return 0;
    let low = 0;
    let high = most * 2;
    for (let step = 0; step < 30; step += 1) {
      const price = (low + high) / 2;
      if (this.#extraPerMsAt(price) <= left) high = price;
      else low = price;
    }
    return high;
  }

  /** Pulls beyond the floor that it takes to keep all that is worth this price. */
  #extraPerMsAt(price: number): number {
    let sum = 0;
    for (let index = 0; index < this.#worth.length; index += 1) {
      if ((this.#worth[index] as number) >= price) sum += this.#extraPerMs[index] as number;
    }
    return sum;
  }

  /** Puts a target where it belongs now. */
  #sort(index: number, nowMs: number): void {
    this.#takeOut(index);
    const heldUntilMs = this.#heldUntil[index] as number;
    if (heldUntilMs > nowMs) {
      this.#resting.set(index, heldUntilMs);
      return;
    }
    if (Number.isNaN(this.#table.enteredAt[index] as number)) this.#table.enteredAt[index] = nowMs;
    const pulledAtMs = this.#table.lastPulledAt[index] as number;
    const never = Number.isNaN(pulledAtMs);
    const dueAtMs = never ? Number.NEGATIVE_INFINITY : pulledAtMs + this.#askedAge(index);
    // At midnight a new date of every product comes in, and all at once they would hold up what is read now.
    const floorAtMs = never
      ? (this.#table.enteredAt[index] as number) + this.#askedAge(index)
      : pulledAtMs + this.#floorAge(index);
    this.#floors.set(index, this.#table.recheck[index] === 1 ? Math.min(floorAtMs, nowMs) : floorAtMs);
    if (!this.#isKept(index)) {
      if (dueAtMs <= nowMs) this.#spare.set(index, -(this.#worth[index] as number));
      else this.#resting.set(index, dueAtMs);
      return;
    }
    const leadMs = Math.min(LEAD_PULLS / this.#pullsPerMs, this.#askedAge(index) / 2);
    if (dueAtMs <= nowMs) this.#late.set(index, -this.#lossPerMs(index));
    else if (dueAtMs - leadMs <= nowMs) this.#soon.set(index, dueAtMs);
    else this.#resting.set(index, dueAtMs - leadMs);
  }

  /** What a millisecond of waiting loses in reads, less what the pull saved is worth elsewhere. */
  #lossPerMs(index: number): number {
    return ((this.#worth[index] as number) - this.#price) / this.#askedAge(index);
  }

  #wake(nowMs: number): void {
    for (const heap of [this.#resting, this.#soon]) {
      for (let top = heap.top; top !== undefined && heap.topKey <= nowMs; top = heap.top) this.#sort(top, nowMs);
    }
  }

  #takeOut(index: number): void {
    for (const heap of [this.#floors, this.#resting, this.#late, this.#soon, this.#spare]) heap.delete(index);
  }

  /** Dates on one weekday begin to sell together, more often than not. */
  #recheckLike(index: number, nowMs: number): void {
    for (const other of this.#table.sameWeekday(index)) {
      if (this.#table.empties[other] === 0 || this.#inFlight[other] === 1) continue;
      this.#table.recheck[other] = 1;
      this.#sort(other, nowMs);
    }
  }

  #isKept(index: number): boolean {
    return (this.#worth[index] as number) >= this.#price;
  }

  #isPast(index: number, nowMs: number): boolean {
    return !(nowMs - (this.#table.lastPulledAt[index] as number) <= this.#askedAge(index));
  }

  #askedAge(index: number): number {
    return at(this.#askedAges, this.#table.daysAhead(index));
  }

  #floorAge(index: number): number {
    return at(this.#floorAges, this.#table.daysAhead(index));
  }
}

function at(ages: readonly number[], day: number): number {
  const age = ages[day];
  if (age === undefined) throw new RangeError(`no date is ${day} days ahead`);
  return age;
}
