import type { Supplier } from '../../../src/modules/supply/index.ts';

/** An address at which nothing listens, for suppliers that receive no requests. */
export const NOWHERE = 'http://127.0.0.1:1';

/** An API key as the configuration holds it. */
export const apiKey = (value: string) => ({ reveal: () => value });

/** A supplier's configuration. A test changes the fields it is about. */
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
