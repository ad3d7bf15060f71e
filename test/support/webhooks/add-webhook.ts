import { sql } from 'kysely';
import { SecretBox } from '../../../src/modules/webhooks/sealed-secret.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import type { Id } from '../../../src/platform/ids.ts';

/** The secret of the webhooks that `addWebhook` makes. */
export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/**
 * Adds a webhook with a known secret, stored as a server without HOLDFAST_SECRET_KEY stores it.
 *
 * @param events types and prefixes; `null` for all
 * @param provider the only provider whose events it receives; `null` for all
 * @param isProven whether it may have many requests at a time from the start
 */
export async function addWebhook(
  database: Database,
  url: string,
  events: readonly string[] | null = ['reservation.*'],
  provider: Id | null = null,
  isProven = false,
): Promise<Id> {
  const sealed = new SecretBox([]).seal(WEBHOOK_SECRET);
  const { rows } = await database.statement((tx) =>
    sql<{ id: Id }>`
      with made as (
        insert into webhook (url, events, provider_id, is_proven)
          values (${url}, ${events}::text[], ${provider}, ${isProven}) returning id
      ), secret as (insert into webhook_secret (webhook_id, sealed) select id, ${sealed} from made)
      select id from made`.execute(tx),
  );
  const [made] = rows;
  if (made === undefined) throw new Error('the webhook was not added');
  return made.id;
}

/**
 * Makes the retries due now that are scheduled for later, ends the pauses between trials, and wakes the instances. Deliveries
 * in hand are left alone.
 */
export async function bringRetriesForward(database: Database): Promise<void> {
  await database.statement((tx) =>
    sql`
      with brought as (
        update webhook_delivery set due_at = holdfast_clock()
         where status = 'pending' and due_at > holdfast_clock() and claimed_by is null returning 1
      ), ended as (
        update webhook set next_trial_at = null
         where next_trial_at is not null
           and not exists (select from webhook_delivery d where d.webhook_id = webhook.id and d.claimed_by is not null)
        returning 1
      )
      select pg_notify('holdfast_change', '{"topic":"outbox","keys":null}') from (select from brought union all select from ended) woken limit 1`.execute(
      tx,
    ),
  );
}
