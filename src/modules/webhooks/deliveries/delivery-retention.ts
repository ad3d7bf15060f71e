import { sql } from 'kysely';
import type { Database, Tx } from '../../../platform/db/database.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';

const EVERY_MS = 10 * 60_000;
/** How long an event and its deliveries can be listed and sent again. */
const KEPT_FOR = '30 days';
const BATCH = 10_000;

/** Keeps the tables of deliveries from growing without end. One instance at a time runs the job. */
export async function startDeliveryRetention(jobs: Jobs, database: Database): Promise<void> {
  await jobs.every('webhook-retention', EVERY_MS, (signal) => keepDeliveries(database, signal));
}

/** Ends deliveries that are pending after 30 days, and deletes older events with their deliveries. */
export async function keepDeliveries(database: Database, signal: AbortSignal): Promise<void> {
  await database.statement(failOldDeliveries);
  await database.statement(releaseFirstDeliveries);
  let deleted = BATCH;
  while (deleted === BATCH && !signal.aborted) deleted = await database.statement(deleteOldEvents);
}

async function failOldDeliveries(tx: Tx): Promise<void> {
  await sql`
    update webhook_delivery set status = 'failed', due_at = null, last_error = 'Not delivered within 30 days.'
     where status = 'pending' and created_at < holdfast_clock() - ${KEPT_FOR}::interval`.execute(tx);
}

/** Makes each delivery due that waits for no other one, as after the end of an old one. */
async function releaseFirstDeliveries(tx: Tx): Promise<void> {
  await sql`
    update webhook_delivery d set due_at = holdfast_clock()
     where d.status = 'pending' and d.due_at is null
       and not exists (select from webhook_delivery earlier
                        where earlier.webhook_id = d.webhook_id and earlier.order_key = d.order_key
                          and earlier.status = 'pending' and earlier.id < d.id)`.execute(tx);
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
