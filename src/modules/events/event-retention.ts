import type { Database } from '../../platform/db/database.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import { deleteOldEvents } from './event-log.ts';

const EVERY_MS = 60_000;

/** Keeps the event log short. One instance at a time runs the job. */
export async function startEventRetention(jobs: Jobs, database: Database): Promise<void> {
  await jobs.every('delete-old-events', EVERY_MS, async () => {
    await database.transaction((tx) => deleteOldEvents(tx));
  });
}
