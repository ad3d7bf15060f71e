import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** `npm run test:packages`: both npm packages, as packed, on each supported version of Node. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/packages/**/*.test.ts'],
    globalSetup: ['test/packages/pack-packages.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Each file starts servers and runs npm.
    maxWorkers: 1,
    sequence: { shuffle: true },
    reporters: ['verbose'],
  },
});
