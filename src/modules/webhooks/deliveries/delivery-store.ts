import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import type { ClaimLimits } from './delivery-limits.ts';

/** A delivery that this instance has in hand. */
export interface ClaimedDelivery {
  readonly deliveryId: Id;
  readonly webhookId: Id;
  /** Attempts so far. */
  readonly attempts: number;
  /** Whether there is only one attempt: it is a test. */
  readonly isSingle: boolean;
  /** Whether its webhook is not on trial. */
  readonly isProven: boolean;
  readonly url: string;
  readonly eventId: string;
  readonly body: string;
  /** The secrets that sign it, sealed, the newest first. */
  readonly secrets: readonly string[];
}

/** The result of an attempt. `gone`: the receiver wants no more. */
export interface AttemptResult {
  readonly deliveryId: Id;
  readonly outcome: 'delivered' | 'retry' | 'failed' | 'gone';
  readonly status: number | null;
  readonly error: string | null;
  /** The beginning of the answer. */
  readonly answer: string | null;
  /** Time until the next attempt, for `retry`. */
  readonly delayMs: number | null;
}

/**
 * A change that the results of deliveries have made to a webhook. `due`: deliveries that waited for earlier ones have become
 * due.
 */
export interface WebhookChange {
  readonly webhook_id: Id;
  readonly change: 'failing' | 'disabled' | 'proven' | 'due';
}

/** Pauses between trials of a webhook that fails: half the time for which it has failed, between these. */
const LEAST_PAUSE_MS = 1_000;
const MOST_PAUSE_MS = 30_000;

/** The deliveries of an instance. */
export interface Claimant {
  readonly instance: string;
  /** How long a claim lasts unless it is renewed. */
  readonly leaseMs: number;
}

/**
 * Takes due deliveries.
 *
 * @param inHand the number of deliveries in hand, by webhook
 * @param testing webhooks with a test in hand
 */
export async function claimDeliveries(
  tx: Tx,
  { instance, leaseMs }: Claimant,
  { deliveries, perWebhook, trials, tests }: ClaimLimits,
  inHand: ReadonlyMap<Id, number>,
  testing: readonly Id[],
): Promise<ClaimedDelivery[]> {
  const { rows } = await sql<ClaimedDelivery>`
    select delivery_id as "deliveryId", webhook_id as "webhookId", attempts, is_single as "isSingle",
           is_proven as "isProven", url, event_id as "eventId", body, to_jsonb(secrets) as secrets
      from claim_deliveries(${instance}, ${leaseMs} * interval '1 millisecond', ${deliveries}, ${perWebhook}, ${trials},
                            ${tests}, ${[...inHand.keys()]}::bigint[], ${[...inHand.values()]}::integer[],
                            ${testing}::bigint[])`.execute(tx);
  return rows;
}

/** Keeps deliveries in hand for another lease. @returns those that no other instance has taken up */
export async function renewClaims(
  tx: Tx,
  { instance, leaseMs }: Claimant,
  ids: readonly Id[],
): Promise<ReadonlySet<Id>> {
  const { rows } = await sql<{ id: Id }>`
    select id from renew_claims(${instance}, ${ids}::bigint[], ${leaseMs} * interval '1 millisecond') as id`.execute(
    tx,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Leaves deliveries to other instances, at once. */
export async function releaseClaims(tx: Tx, { instance }: Claimant, ids: readonly Id[]): Promise<void> {
  await sql`
    with released as (
      update webhook_delivery set claimed_by = null, claimed_until = null
       where id = any(${ids}::bigint[]) and claimed_by = ${instance}
      returning webhook_id
    )
    update webhook w set next_trial_at = holdfast_clock()
     where not w.is_proven and w.id in (select webhook_id from released)`.execute(tx);
}

/** Stores the results of attempts. Those that another instance has taken up meanwhile are left alone. */
export async function finishDeliveries(
  tx: Tx,
  { instance }: Claimant,
  results: readonly AttemptResult[],
): Promise<WebhookChange[]> {
  const { rows } = await sql<WebhookChange>`
    select webhook_id, change from finish_deliveries(
      ${instance}, ${results.map(({ deliveryId }) => deliveryId)}::bigint[],
      ${results.map(({ outcome }) => outcome)}::text[], ${results.map(({ status }) => status)}::integer[],
      ${results.map(({ error }) => error)}::text[], ${results.map(({ answer }) => answer)}::text[],
      array(select ms * interval '1 millisecond' from unnest(${results.map(({ delayMs }) => delayMs)}::double precision[])
              with ordinality as delay (ms, place) order by place),
      ${LEAST_PAUSE_MS} * interval '1 millisecond', ${MOST_PAUSE_MS} * interval '1 millisecond')`.execute(tx);
  return rows;
}

/** The number of webhooks, and of those in trouble. */
export interface WebhookCounts {
  readonly all: number;
  /** Active ones whose last five attempts failed. */
  readonly failing: number;
  readonly disabled: number;
}

export async function countWebhooks(reader: Reader): Promise<WebhookCounts> {
  const { rows } = await sql<WebhookCounts>`
    select count(*) as "all", count(*) filter (where status = 'active' and failing_since is not null) as failing,
           count(*) filter (where status = 'disabled') as disabled from webhook`.execute(reader);
  const [counts] = rows;
  if (counts === undefined) throw new Error('the statement returned no counts');
  return counts;
}
