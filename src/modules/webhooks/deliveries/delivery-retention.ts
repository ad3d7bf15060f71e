import { sql } from 'kysely';
import type { Database, Tx } from '../../../platform/db/database.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';

const EVERY_MS = 10 * 60_000;
/** How long an event and its deliveries can be listed and sent again. */
const KEPT_FOR = '30 days';
const BATCH = 10_000;

/** Deletes old events with their deliveries, unless one is still pending. One instance at a time runs the job. */
export async function startDeliveryRetention(jobs: Jobs, database: Database): Promise<void> {
  await jobs.every('webhook-retention', EVERY_MS, async (signal) => {
    let deleted = BATCH;
    while (deleted === BATCH && !signal.aborted) deleted = await database.statement(deleteOldEvents);
  });
}

async function deleteOldEvents(tx: Tx): Promise<number> {
  const { rows } = await sql<{ deleted: number }>`
    with deleted as (
      delete from webhook_event where id in (
        select e.id from webhook_event e
         where e.occurred_at < holdfast_clock() - ${KEPT_FOR}::interval
           and not exists (select from webhook_delivery d where d.event_key = e.id and d.status = 'pending')
         order by e.occurred_at limit ${BATCH})
      returning 1
    )
    select count(*) as deleted from deleted`.execute(tx);
  return rows[0]?.deleted ?? 0;
}
