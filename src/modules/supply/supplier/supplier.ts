import type { CadenceRule } from '../planner/cadence.ts';

/** So many pulls in any window of that length, as the supplier counts them. */
export interface PullLimit {
  readonly pulls: number;
  readonly windowMs: number;
}

/** A third-party system of record, as it is configured. */
export interface Supplier {
  readonly id: string;
  readonly adapter: 'per-date' | 'snapshot';
  /** Without a slash at its end; it may carry a path. */
  readonly baseUrl: string;
  /** What `x-api-key` carries; never logged. */
  readonly apiKey: { reveal(): string } | undefined;
  /** All of them hold together; at least one. */
  readonly pullLimits: readonly PullLimit[];
  /** The supplier's own ids of the experiences it sells; empty for one that tells all it sells at once. */
  readonly products: readonly number[];
  readonly timeZone: string;
  /** Ascending and without gaps from day 0; empty without products, when it is pulled as often as its limits allow. */
  readonly cadence: readonly CadenceRule[];
}

const DAY_MS = 86_400_000;

/** Whether one pull asks for all that a supplier sells, and not for one of its products on one date. */
export function isSnapshot({ products }: Pick<Supplier, 'products'>): boolean {
  return products.length === 0;
}

/** What the tightest limit allows. */
export function pullsPerDay({ pullLimits }: Pick<Supplier, 'pullLimits'>): number {
  return Math.min(...pullLimits.map(({ pulls, windowMs }) => (pulls * DAY_MS) / windowMs));
}
