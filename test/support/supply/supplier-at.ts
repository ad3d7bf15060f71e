import type { Supplier } from '../../../src/modules/supply/index.ts';

/** The address of a supplier that nobody asks. */
export const NOWHERE = 'http://127.0.0.1:1';

/** A supplier's `x-api-key`, as configured. */
export const apiKey = (value: string) => ({ reveal: () => value });

/** A supplier as it is configured; tests change what they are about. */
export function supplierAt(baseUrl: string, adapter: Supplier['adapter'], changes: Partial<Supplier> = {}): Supplier {
  return {
    id: 'tested',
    adapter,
    baseUrl,
    apiKey: undefined,
    pullLimits: [{ pulls: 30, windowMs: 60_000 }],
    products: adapter === 'per-date' ? [14, 15] : [],
    timeZone: 'Asia/Singapore',
    cadence: [],
    ...changes,
  };
}
