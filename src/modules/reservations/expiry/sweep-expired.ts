import { deleteExpiredSessions } from '../../../access/index.ts';
import type { Database } from '../../../platform/db/database.ts';
import { deleteOldAnswers } from '../../../platform/http/idempotency-store.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';
import type { Logger } from '../../../platform/logger.ts';
import { expireDueHolds } from '../booking/reservation-store.ts';

/** Holds whose slots one transaction clears, so that no other transaction waits long for its locks. */
const CHUNK = 1_000;

/**
 * Starts the sweep, a job that runs on one instance at a time: it ends expired holds and deletes old idempotent
 * answers and expired sessions. Nothing else in the program waits for it or depends on it.
 */
export async function startSweeper(
  jobs: Jobs,
  database: Database,
  sweepEveryMs: number,
  logger: Logger,
): Promise<void> {
  await jobs.every('sweep', sweepEveryMs, async (signal) => {
    const expiredHolds = await sweepExpired(database, signal);
    const deletedAnswers = await database.transaction(deleteOldAnswers);
    const deletedSessions = await database.transaction(deleteExpiredSessions);
    const swept = { expiredHolds, deletedAnswers, deletedSessions };
    if (Object.values(swept).some((count) => count > 0)) logger.info(swept, 'sweep finished');
  });
}

/** Ends expired holds, a chunk per transaction. @returns how many */
async function sweepExpired(database: Database, signal: AbortSignal): Promise<number> {
  let total = 0;
  for (let ended = CHUNK; ended > 0 && !signal.aborted; total += ended) {
    ended = (await database.transaction((tx) => expireDueHolds(tx, CHUNK, null))).length;
  }
  return total;
}
