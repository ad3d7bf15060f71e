import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** `npm run e2e`: the page in a real browser, against a real server. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/e2e/**/*.e2e.test.ts'],
    testTimeout: 45_000,
    hookTimeout: 60_000,
    // Each file starts a server and a browser.
    maxWorkers: 1,
    sequence: { shuffle: true },
  },
});
