/** At most `pulls` pulls in any window of `windowMs`, as the supplier counts them. */
export interface PullLimit {
  readonly pulls: number;
  readonly windowMs: number;
}

/** The target age of the dates from `days[0]` to `days[1]` days ahead, both included. */
export interface CadenceRule {
  readonly days: readonly [number, number];
  readonly everyMs: number;
}

/** The configuration of a third-party system of record. */
export interface Supplier {
  readonly id: string;
  readonly adapter: 'per-date' | 'snapshot';
  /** Has no trailing slash. It may contain a path. */
  readonly baseUrl: string;
  /** The value of the `x-api-key` header. Never logged. */
  readonly apiKey: { reveal(): string } | undefined;
  /** At least one. All of them apply together. */
  readonly pullLimits: readonly PullLimit[];
  /** The supplier's own ids of the experiences it sells. Empty for a snapshot supplier. */
  readonly products: readonly number[];
  readonly timeZone: string;
  /**
   * In ascending order and without gaps, from day 0. Empty for a snapshot supplier, which is pulled as often as its
   * limits allow.
   */
  readonly cadence: readonly CadenceRule[];
}

const DAY_MS = 86_400_000;

/** Whether one pull reads everything the supplier sells, instead of one product on one date. */
export function isSnapshot({ products }: Pick<Supplier, 'products'>): boolean {
  return products.length === 0;
}

/** The number of pulls a day that the tightest limit allows. */
export function pullsPerDay({ pullLimits }: Pick<Supplier, 'pullLimits'>): number {
  return Math.min(...pullLimits.map(({ pulls, windowMs }) => (pulls * DAY_MS) / windowMs));
}

/** The target age of a snapshot, in milliseconds: the time between two pulls under the slowest limit. */
export function snapshotTargetAgeMs({ pullLimits }: Pick<Supplier, 'pullLimits'>): number {
  return Math.max(...pullLimits.map(({ pulls, windowMs }) => Math.ceil(windowMs / pulls)));
}

/** The shortest target age of anything the supplier sells, in milliseconds. */
export function shortestTargetAgeMs(supplier: Pick<Supplier, 'pullLimits' | 'products' | 'cadence'>): number {
  if (isSnapshot(supplier)) return snapshotTargetAgeMs(supplier);
  return Math.min(...supplier.cadence.map(({ everyMs }) => everyMs));
}
