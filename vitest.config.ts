import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'client/**/*.test.ts', 'web/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/faults/**', 'test/e2e/**', 'test/packages/**'],
    globalSetup: ['test/support/database/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A worker thread for a file takes a quarter less processor time than a process.
    pool: 'threads',
    maxWorkers: 2,
    sequence: { shuffle: true },
  },
});
