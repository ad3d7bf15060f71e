import type { Database } from '../../platform/db/database.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import { forgetOldEvents } from './event-log.ts';

const EVERY_MS = 60_000;

/** Keeps the log of events short, on one instance at a time. */
export async function startForgetting(jobs: Jobs, database: Database): Promise<void> {
  await jobs.every('forget-events', EVERY_MS, async () => {
    await database.transaction((tx) => forgetOldEvents(tx));
  });
}
