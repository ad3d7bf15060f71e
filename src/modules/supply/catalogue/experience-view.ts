import { type Freshness, type ReadyBody, readyBody, type Served } from '../../../freshness/index.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { DatabaseClock } from '../../../platform/db/database-clock.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { askedAgeMs, datesAhead, todayAt } from '../supplier/horizon.ts';
import { productDate } from '../supplier/partition.ts';
import { isSnapshot, type Supplier } from '../supplier/supplier.ts';
import { ExperienceDay, writeDay } from './experience-day.ts';
import { createPartView, type PartitionView, partitionKey } from './partition-view.ts';
import type { ReadCounts } from './read-counts.ts';
import type { SupplyAge } from './supplied-answer.ts';

const MAX_BYTES = 128 * 1024 * 1024;
const SLOT_BYTES = 2_000;

/** An answer, how old what the supplier said is, and whether memory had it. */
export interface SuppliedAnswer {
  readonly body: ReadyBody;
  readonly age: SupplyAge;
  readonly how: Pick<Served<unknown>, 'lookup' | 'origin'>;
}

interface Wished {
  readonly date: string;
  readonly askedMs: number | undefined;
}

/** What per-date suppliers sell, by product and day. */
export class Experiences {
  readonly #days: PartitionView<ExperienceDay>;
  readonly #clock: DatabaseClock;
  readonly #reads: ReadCounts;
  readonly #suppliers: ReadonlyMap<Id, Supplier>;

  constructor(
    freshness: Freshness,
    database: Database,
    suppliers: readonly Supplier[],
    { clock, reads }: { readonly clock: DatabaseClock; readonly reads: ReadCounts },
  ) {
    this.#days = createPartView<ExperienceDay>(freshness, database, {
      name: 'experience',
      maxBytes: MAX_BYTES,
      slotBytes: SLOT_BYTES,
      build: (part) => new ExperienceDay(Number(part.key.split('/')[1]), part),
    });
    this.#clock = clock;
    this.#reads = reads;
    const byProduct = suppliers.filter((each) => !isSnapshot(each));
    this.#suppliers = new Map(byProduct.flatMap((each) => each.products.map((product) => [product, each] as const)));
  }

  /** All that are configured, by id, and where their days begin. */
  list(): readonly { readonly id: Id; readonly supplier: string; readonly time_zone: string }[] {
    return [...this.#suppliers]
      .map(([id, { id: supplier, timeZone }]) => ({ id, supplier, time_zone: timeZone }))
      .toSorted((a, b) => a.id - b.id);
  }

  /**
   * The slots of one day.
   *
   * @param boundMs how old what is in memory may be; whatever it says, readers cause no pull
   */
  async slots(experienceId: Id, date: Temporal.PlainDate, boundMs: number | undefined): Promise<SuppliedAnswer> {
    const supplier = this.#supplierOf(experienceId);
    const askedMs = askedAgeMs(supplier, todayAt(supplier, this.#clock.latestMs()), date);
    const served = await this.#day(supplier, experienceId, { date: date.toString(), askedMs }, boundMs);
    const nowMs = this.#clock.latestMs();
    const body = served.value?.listing(nowMs) ?? writeDay(experienceId, []);
    return { body, age: { ageMs: ageAt(served, nowMs), askedMs }, how: served };
  }

  /** The days of two months on which something can be had, with the lowest price of each. */
  async dates(experienceId: Id, boundMs: number | undefined): Promise<SuppliedAnswer> {
    const supplier = this.#supplierOf(experienceId);
    const today = todayAt(supplier, this.#clock.latestMs());
    const wished = datesAhead(today).map((date) => ({
      date: date.toString(),
      askedMs: askedAgeMs(supplier, today, date),
    }));
    const served = await Promise.all(wished.map((each) => this.#day(supplier, experienceId, each, boundMs)));
    const nowMs = this.#clock.latestMs();
    const dates = served.flatMap(({ value }, place) => {
      const price = value?.lowestPrice(nowMs) ?? null;
      return price === null ? [] : [`{"date":"${wished[place]?.date}","price":${price}}`];
    });
    const ages = served.map((each, place) => ({ ageMs: ageAt(each, nowMs), askedMs: wished[place]?.askedMs }));
    return { body: readyBody(`{"dates":[${dates.join(',')}]}`), age: ageOfAll(ages), how: howOf(served) };
  }

  #supplierOf(experienceId: Id): Supplier {
    const supplier = this.#suppliers.get(experienceId);
    if (!supplier) throw new NotFound('experience', experienceId);
    return supplier;
  }

  #day(
    supplier: Supplier,
    product: Id,
    { date, askedMs }: Wished,
    boundMs: number | undefined,
  ): Promise<Served<ExperienceDay>> {
    const part = productDate(product, date);
    // What nobody asks to be pulled is not counted either: any date can be asked for, and each would be a row.
    if (askedMs !== undefined) this.#reads.count(supplier.id, part);
    return this.#days.get(partitionKey(supplier.id, part), boundMs);
  }
}

/** Since what the supplier said was true, or since our own claims were read, whichever is longer ago. */
export function ageAt(served: Served<{ readonly observedMs: number }>, nowMs: number): number | undefined {
  return served.value && Math.max(nowMs - served.value.observedMs, served.ageMs);
}

/** The age of the oldest. What is left until `max-age` is what is left to the first that reaches its own bound. */
function ageOfAll(ages: readonly SupplyAge[]): SupplyAge {
  const known = ages.flatMap(({ ageMs, askedMs }) => (ageMs === undefined ? [] : [{ ageMs, askedMs }]));
  const wished = ages.filter(({ askedMs }) => askedMs !== undefined);
  const incomplete = wished.some(({ ageMs }) => ageMs === undefined);
  if (known.length === 0) {
    return { ageMs: undefined, askedMs: least(wished.map(({ askedMs }) => askedMs ?? 0)), incomplete };
  }
  const ageMs = Math.max(...known.map((each) => each.ageMs));
  const left = least(known.flatMap((each) => (each.askedMs === undefined ? [] : [each.askedMs - each.ageMs])));
  return { ageMs, askedMs: left === undefined ? undefined : Math.max(0, ageMs + left), incomplete };
}

/** Of an answer made from several: a hit only if all were. */
export function howOf(served: readonly Served<unknown>[]): SuppliedAnswer['how'] {
  return served.find(({ origin }) => origin === 'source') ?? { lookup: 'hit', origin: 'memory' };
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}
