import { defineConfig } from 'vitest/config';

/** The long proofs, which `npm run test:long` runs. */
export const LONG_PROOFS = [
  'test/races/**/*.test.ts',
  'test/access/matrix/**/*.test.ts',
  'test/access/secrets.api.test.ts',
  'test/access/supplied-inventory.api.test.ts',
  'test/bad-input.api.test.ts',
  'test/deploy/haproxy.test.ts',
  'test/observability/**/*.test.ts',
  'src/modules/webhooks/deliveries/failing-webhooks.db.test.ts',
];

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'client/**/*.test.ts', 'web/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/faults/**', 'test/e2e/**', 'test/packages/**', ...LONG_PROOFS],
    globalSetup: ['test/support/database/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A worker thread for a file takes a quarter less processor time than a process.
    pool: 'threads',
    maxWorkers: 2,
    sequence: { shuffle: true },
  },
});
