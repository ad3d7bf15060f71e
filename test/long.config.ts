import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import short, { LONG_PROOFS } from '../vitest.config.ts';

/**
 * `npm run test:long`: races between instances, random histories, every route as every role, secrets and bad values in
 * every input, hundreds of failing webhooks, and what HAProxy and Prometheus make of it.
 * One file at a time: some start three instances, and what must happen within a second would wait for the processors
 * behind another file.
 */
const long = mergeConfig(short, {
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
long.test = { ...long.test, include: LONG_PROOFS, exclude: [] };

export default long;
