import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The page in a real browser, against a real server: `npm run e2e`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/e2e/**/*.e2e.test.ts'],
    testTimeout: 45_000,
    hookTimeout: 60_000,
    // Each has a server and a browser of its own.
    maxWorkers: 1,
    sequence: { shuffle: true },
  },
});
