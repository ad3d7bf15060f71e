import type { Database } from '../../../platform/db/database.ts';
import { deleteOldAnswers } from '../../../platform/http/idempotency-store.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';
import type { Logger } from '../../../platform/logger.ts';
import { sweepExpired } from './expire-reservations.ts';

/** Tidies up, on one instance at a time. Nothing else in the program waits for it or depends on it. */
export async function startSweeper(
  jobs: Jobs,
  database: Database,
  sweepEveryMs: number,
  logger: Logger,
): Promise<void> {
  await jobs.every('sweep', sweepEveryMs, async (signal) => {
    const expired = await sweepExpired(database, signal);
    const forgotten = await database.transaction(deleteOldAnswers);
    if (expired + forgotten > 0) logger.info({ expired, forgotten }, 'swept');
  });
}
