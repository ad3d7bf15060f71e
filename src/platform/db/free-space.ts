import { statfsSync } from 'node:fs';
import { Unavailable } from '../errors.ts';

/** PGlite has been seen to spin on a full disk, so writes stop while two WAL segments still fit. */
const RESERVE_BYTES = 64 * 1024 * 1024;
const LOOK_EVERY_MS = 1_000;

/** Refuses writes while the file system that holds `directory` is nearly full; reads go on. */
export function watchFreeSpace(directory: string): { check(): void } {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let free = Number.POSITIVE_INFINITY;
  return {
    check() {
      const nowMs = performance.now();
      if (nowMs - lookedAtMs >= LOOK_EVERY_MS) {
        const stats = statfsSync(directory);
        free = stats.bavail * stats.bsize;
        lookedAtMs = nowMs;
      }
      if (free < RESERVE_BYTES) {
        throw new Unavailable(
          'storage-full',
          'The disk under the embedded database is nearly full: nothing is written until space is freed',
          60,
        );
      }
    },
  };
}
