/** A scrape waits so long for figures from the database. */
const WITHIN_MS = 1_000;
/** Several metrics of one scrape share a reading, and so do several Prometheus servers. */
const REUSE_MS = 2_000;

/**
 * Reads figures that cost a statement when Prometheus scrapes, so that a server that no one watches does not read them.
 * One reading runs at a time: a database that has stopped answering is not asked again and again.
 *
 * @returns a function that resolves with the figures, or with `undefined` when they could not be read within a second
 */
export function readOnScrape<T>(read: () => Promise<T>): () => Promise<T | undefined> {
  let reading: Promise<T | undefined> | undefined;
  let endedAt = Number.NEGATIVE_INFINITY;
  let isRunning = false;
  return () => {
    if (!reading || (!isRunning && performance.now() - endedAt > REUSE_MS)) {
      isRunning = true;
      reading = read()
        .catch(() => undefined)
        .finally(() => {
          isRunning = false;
          endedAt = performance.now();
        });
    }
    return within(reading, WITHIN_MS);
  };
}

async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise: timeout, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
