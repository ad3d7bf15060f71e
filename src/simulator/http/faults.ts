import type { Random } from '../../platform/seeded-random.ts';

export const READ_FAULTS = [
  'too-many',
  'error',
  'timeout',
  'reset-before-headers',
  'reset-after-headers',
  'truncated',
  'invalid-json',
  'wrong-shape',
  'duplicated',
  'reordered',
  'huge',
  'drip',
  'redirect',
] as const;
/** Faults of bookings and cancellations. */
export const WRITE_FAULTS = ['error-before', 'error-after', 'lost-acknowledgement'] as const;

export type ReadFault = (typeof READ_FAULTS)[number];
export type WriteFault = (typeof WRITE_FAULTS)[number];

/** Requests to which a fault applies: the `next` ones, and then each with a probability from 0 to 1. */
export interface FaultPlan {
  readonly next?: number;
  readonly probability?: number;
}

export type FaultPlans = { readonly [Kind in ReadFault | WriteFault]?: FaultPlan };

/** Decides which fault applies to a request. Counted faults come first, then those listed first above. */
export class Faults {
  readonly #random: Random;
  readonly #plans = new Map<string, FaultPlan>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Replaces all plans. */
  set(plans: FaultPlans): void {
    this.#plans.clear();
    for (const [kind, plan] of Object.entries(plans)) this.#plans.set(kind, plan);
  }

  /** The present plans. `next` is what is left of it. */
  plans(): FaultPlans {
    return Object.fromEntries(this.#plans);
  }

  draw<Kind extends ReadFault | WriteFault>(kinds: readonly Kind[]): Kind | undefined {
    for (const kind of kinds) {
      const plan = this.#plans.get(kind);
      if (!plan?.next) continue;
      this.#plans.set(kind, { ...plan, next: plan.next - 1 });
      return kind;
    }
    return kinds.find((kind) => {
      const probability = this.#plans.get(kind)?.probability ?? 0;
      return probability > 0 && this.#random.chance(probability);
    });
  }
}

/** Reads the body of `PUT /_simulator/faults`. @returns the plans, or a message that says what is wrong */
export function readFaultPlans(body: unknown): FaultPlans | string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'the body must be an object of faults';
  const kinds = new Set<string>([...READ_FAULTS, ...WRITE_FAULTS]);
  for (const [kind, plan] of Object.entries(body)) {
    if (!kinds.has(kind)) return `${kind} is not a fault; use ${[...kinds].join(', ')}`;
    const { next = 0, probability = 0, ...others } = Object(plan) as Record<string, unknown>;
    if (typeof plan !== 'object' || Object.keys(others).length > 0) return `${kind} takes next and probability`;
    if (!Number.isSafeInteger(next) || Number(next) < 0) return `${kind}: next must be a whole number from 0`;
    if (typeof probability !== 'number' || !(probability >= 0 && probability <= 1)) {
      return `${kind}: probability must be a number from 0 to 1`;
    }
  }
  return body as FaultPlans;
}
