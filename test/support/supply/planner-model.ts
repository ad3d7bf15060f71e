import { floorAges, targetAges } from '../../../src/modules/supply/planner/cadence.ts';
import { FLOOR_SHARE, type PlannerSettings } from '../../../src/modules/supply/planner/planner.ts';
import { formatPartition, type ProductDate, productDate } from '../../../src/modules/supply/supplier/partition.ts';

const DAY_MS = 86_400_000;

/**
 * The oldest that a date this many days ahead can become while pulls are made at the limit and answered: its floor age
 * and one round of all partitions, including the dates that midnight may add to the round. A date's floor age decreases
 * at midnight, so that of the day before applies. Holds if a round takes less than a day.
 */
export function maxAgeMs(settings: PlannerSettings, daysAhead: number): number {
  const { products, cadence, pullsPerDay, floorShare = FLOOR_SHARE } = settings;
  const targets = targetAges(cadence);
  const pullsPerMs = pullsPerDay / DAY_MS;
  const floors = floorAges(targets, products.length, pullsPerMs, floorShare);
  const dayBefore = Math.min(daysAhead + 1, floors.length - 1);
  return (floors[dayBefore] ?? Number.NaN) + (products.length * (targets.length + 1)) / pullsPerMs;
}

/** Knows when each partition was pulled, and estimates how long a backlog takes. */
export class BacklogModel {
  readonly #settings: PlannerSettings;
  readonly #targets: readonly number[];
  readonly #pulledAt = new Map<string, number>();

  constructor(settings: PlannerSettings) {
    this.#settings = settings;
    this.#targets = targetAges(settings.cadence);
  }

  pulled(partition: ProductDate, nowMs: number): void {
    this.#pulledAt.set(formatPartition(partition), nowMs);
  }

  /** Number of partitions past their target age. */
  size(nowMs: number): number {
    const today = Math.floor(nowMs / DAY_MS);
    let past = 0;
    for (const product of this.#settings.products) {
      for (const [ahead, targetMs] of this.#targets.entries()) {
        const date = new Date((today + ahead) * DAY_MS).toISOString().slice(0, 10);
        const pulledAtMs = this.#pulledAt.get(formatPartition(productDate(product, date))) ?? Number.NEGATIVE_INFINITY;
        if (nowMs - pulledAtMs > targetMs) past += 1;
      }
    }
    return past;
  }

  /**
   * Time until the backlog is empty; `undefined` if the limit never clears it. While it shrinks, pulled partitions
   * become due again, so only the rest of the limit clears it.
   */
  clearsInMs(nowMs: number): number | undefined {
    const { products, pullsPerDay } = this.#settings;
    const requiredPerMs = this.#targets.reduce((sum, targetMs) => sum + products.length / targetMs, 0);
    const sparePerMs = pullsPerDay / DAY_MS - requiredPerMs;
    const past = this.size(nowMs);
    if (past === 0) return 0;
    return sparePerMs > 0 ? Math.ceil(past / sparePerMs) : undefined;
  }
}
