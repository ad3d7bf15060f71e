import { statfsSync } from 'node:fs';
import { Unavailable } from '../errors.ts';

/** PGlite may spin on a full disk, so writes stop while there is still room for a few WAL segments. */
const RESERVED_BYTES = 64 * 1024 * 1024;
const CHECK_EVERY_MS = 1_000;

/** Watches the file system of `directory`. `check` throws `Unavailable` while it is nearly full. */
export function watchFreeSpace(directory: string): { check(): void } {
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let freeBytes = Number.POSITIVE_INFINITY;
  return {
    check() {
      const nowMs = performance.now();
      if (nowMs - checkedAtMs >= CHECK_EVERY_MS) {
        const stats = statfsSync(directory);
        freeBytes = stats.bavail * stats.bsize;
        checkedAtMs = nowMs;
      }
      if (freeBytes < RESERVED_BYTES) {
        throw new Unavailable(
          'storage-full',
          'The disk of the embedded database is nearly full. Free some space: until then nothing is written.',
          60,
        );
      }
    },
  };
}
