import { expect, it } from 'vitest';
import { createRequestIds } from './request-ids.ts';

it('request ids are UUIDs of version 8, and none repeats', () => {
  const [ofOne, ofAnother] = [createRequestIds(), createRequestIds()];
  const ids = new Set<string>();
  // More than the last digits can count.
  for (let count = 0; count < 5_000; count += 1) {
    for (const id of [ofOne(), ofAnother()]) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      ids.add(id);
    }
  }
  expect(ids.size).toBe(10_000);
});
