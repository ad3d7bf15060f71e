import { type Freshness, readyBody, type Served } from '../../../freshness/index.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { DatabaseClock } from '../../../platform/db/database-clock.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { createPartitionView, type PartitionView, type StoredPartition } from '../catalogue/partition-view.ts';
import type { ReadCounts } from '../catalogue/read-counts.ts';
import { combineSupplied, type ServedPartition, type SuppliedAnswer } from '../catalogue/supplied-answer.ts';
import { datesAhead, targetAgeMs, todayAt } from '../supplier/horizon.ts';
import { productDate } from '../supplier/partition.ts';
import { isSnapshot, type Supplier } from '../supplier/supplier.ts';
import { dayBody, ExperienceDay } from './experience-day.ts';

const MAX_BYTES = 128 * 1024 * 1024;
const SLOT_BYTES = 2_000;

/** One date of an experience, as the view served it. */
interface ServedDay extends ServedPartition {
  readonly date: Temporal.PlainDate;
  readonly served: Served<ExperienceDay>;
}

/** The products of per-date suppliers, by product and date. */
export class Experiences {
  readonly #days: PartitionView<ExperienceDay>;
  readonly #clock: DatabaseClock;
  readonly #reads: ReadCounts;
  readonly #supplierOfProduct: ReadonlyMap<Id, Supplier>;

  constructor(
    freshness: Freshness,
    database: Database,
    suppliers: readonly Supplier[],
    { clock, reads }: { readonly clock: DatabaseClock; readonly reads: ReadCounts },
  ) {
    this.#days = createPartitionView<ExperienceDay>(freshness, database, {
      name: 'experience',
      maxBytes: MAX_BYTES,
      slotBytes: SLOT_BYTES,
      build: toExperienceDay,
    });
    this.#clock = clock;
    this.#reads = reads;
    const perDate = suppliers.filter((supplier) => !isSnapshot(supplier));
    this.#supplierOfProduct = new Map(
      perDate.flatMap((supplier) => supplier.products.map((product) => [product, supplier] as const)),
    );
  }

  /** All configured experiences with their suppliers and time zones, by id. */
  list(): readonly { readonly id: Id; readonly supplier: string; readonly time_zone: string }[] {
    return [...this.#supplierOfProduct]
      .map(([id, { id: supplier, timeZone }]) => ({ id, supplier, time_zone: timeZone }))
      .toSorted((a, b) => a.id - b.id);
  }

  /**
   * The slots of one date.
   *
   * @param maxAgeMs a tighter bound for the copy in memory. It causes a read of the database, and never a pull
   */
  async slots(experienceId: Id, date: Temporal.PlainDate, maxAgeMs: number | undefined): Promise<SuppliedAnswer> {
    const supplier = this.#supplierOf(experienceId);
    const today = todayAt(supplier, this.#clock.latestMs());
    const day = await this.#day(supplier, experienceId, today, date, maxAgeMs);
    const nowMs = this.#clock.latestMs();
    const body = day.served.value?.listing(nowMs) ?? dayBody(experienceId, []);
    return { body, age: combineSupplied([day], nowMs) };
  }

  /** The dates of the next two months that have units left, each with its lowest price. */
  async dates(experienceId: Id, maxAgeMs: number | undefined): Promise<SuppliedAnswer> {
    const supplier = this.#supplierOf(experienceId);
    const today = todayAt(supplier, this.#clock.latestMs());
    const days = await Promise.all(
      datesAhead(today).map((date) => this.#day(supplier, experienceId, today, date, maxAgeMs)),
    );
    const nowMs = this.#clock.latestMs();
    const dates = days.flatMap(({ date, served }) => {
      const price = served.value?.lowestPrice(nowMs) ?? null;
      return price === null ? [] : [`{"date":"${date}","price":${price}}`];
    });
    return { body: readyBody(`{"dates":[${dates.join(',')}]}`), age: combineSupplied(days, nowMs) };
  }

  #supplierOf(experienceId: Id): Supplier {
    const supplier = this.#supplierOfProduct.get(experienceId);
    if (!supplier) throw new NotFound('experience', experienceId);
    return supplier;
  }

  async #day(
    supplier: Supplier,
    productId: Id,
    today: Temporal.PlainDate,
    date: Temporal.PlainDate,
    maxAgeMs: number | undefined,
  ): Promise<ServedDay> {
    const key = { supplierId: supplier.id, partition: productDate(productId, date.toString()) };
    const target = targetAgeMs(supplier, today, date);
    // Reads of dates that are never pulled are not counted: a request may name any date, and each would be a row.
    if (target !== undefined) this.#reads.count(key);
    return { date, served: await this.#days.get(key, maxAgeMs), targetAgeMs: target };
  }
}

function toExperienceDay(stored: StoredPartition): ExperienceDay {
  const { partition } = stored.key;
  if (partition.kind !== 'product-date') throw new Error('an experience has no partition of everything');
  return new ExperienceDay(partition.productId, stored);
}
