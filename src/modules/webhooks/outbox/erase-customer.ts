import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';

/**
 * Replaces the customer in the stored events about a client's orders, and deletes what receivers answered to them. A body
 * that is still to be sent has the new text.
 *
 * It is a replacement of text, because a JSON parser would change the exact amounts.
 *
 * @returns the number of changed events
 */
export async function eraseCustomerFromEvents(tx: Tx, clientId: Id, customer: string): Promise<number> {
  // Waits for what is being stored, and keeps away what was read before: see fan_out.
  await sql`select pg_advisory_xact_lock(hashtextextended('fan_out', 0))`.execute(tx);
  const { rows } = await sql<{ changed: number }>`
    with changed as (
      update webhook_event e
         set body = regexp_replace(body, '"customer":"([^"\\\\]|\\\\.)*"', ${`"customer":${JSON.stringify(customer)}`})
       where e.type like 'order.%'
         and (e.body::json #>> '{data,reservation_id}')::bigint in (select id from reservation where client_id = ${clientId})
      returning e.id
    ), forgotten as (
      update webhook_delivery d set last_answer = null from changed where d.event_key = changed.id
    )
    select count(*) as changed from changed`.execute(tx);
  return rows[0]?.changed ?? 0;
}
