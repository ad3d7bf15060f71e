import { sql } from 'kysely';
import { type Reader, readClock, type Tx } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { newEventId, writeEventBody } from '../outbox/event-body.ts';
import { DeliveryUnderWay } from './webhook-failures.ts';
import { foundRow, isWebhook, readWebhook, type WebhookOwner, wakeWorkers } from './webhook-store.ts';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** The delivery of an event to a webhook. */
export interface Delivery {
  readonly delivery_id: Id;
  readonly event_id: string;
  readonly type: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly next_attempt_at: InstantText | null;
  readonly created_at: InstantText;
}

/** A delivery with what is sent, and the beginning of the last answer. */
export interface DeliveryDetail extends Delivery {
  /** The text that is sent. */
  readonly body: string;
  readonly last_answer: string | null;
}

const DELIVERY = sql`
  d.id as delivery_id, e.event_id, e.type, d.status, d.attempts, d.last_status, d.last_error,
  d.due_at as next_attempt_at, d.created_at`;
const DELIVERIES = sql`
  webhook_delivery d join webhook w on w.id = d.webhook_id join webhook_event e on e.id = d.event_key`;

/** Up to `limit` deliveries of a webhook with ids below `beforeId`, newest first. @throws NotFound */
export async function listDeliveries(
  reader: Reader,
  owner: WebhookOwner,
  id: Id,
  status: DeliveryStatus | undefined,
  beforeId: Id | undefined,
  limit: number,
): Promise<Delivery[]> {
  await readWebhook(reader, owner, id);
  const { rows } = await sql<Delivery>`
    select ${DELIVERY} from ${DELIVERIES}
     where ${isWebhook(id, owner)} and (${status ?? null}::text is null or d.status = ${status ?? null})
       and d.id < ${beforeId ?? Number.MAX_SAFE_INTEGER}
     order by d.id desc limit ${limit}`.execute(reader);
  return rows;
}

/** @throws NotFound */
export async function readDelivery(
  reader: Reader,
  owner: WebhookOwner,
  id: Id,
  deliveryId: Id,
): Promise<DeliveryDetail> {
  await readWebhook(reader, owner, id);
  const { rows } = await sql<DeliveryDetail>`
    select ${DELIVERY}, e.body, d.last_answer from ${DELIVERIES}
     where ${isWebhook(id, owner)} and d.id = ${deliveryId}`.execute(reader);
  const [row] = rows;
  if (row === undefined) throw new NotFound('delivery', deliveryId);
  return row;
}

/** Stores a test event and its delivery, which has one attempt, now. @returns the event's id @throws NotFound */
export async function insertTestEvent(tx: Tx, owner: WebhookOwner, id: Id): Promise<string> {
  const now = await readClock(tx);
  const eventId = newEventId();
  const body = writeEventBody('webhook.test', now, JSON.stringify({ webhook_id: id }));
  const { rows } = await sql<{ id: Id }>`
    with target as (
      select w.id from webhook w where ${isWebhook(id, owner)} for key share
    ), added as (
      insert into webhook_event (event_id, type, occurred_at, body)
        select ${eventId}, 'webhook.test', ${now}::timestamptz, ${body} from target
      returning id
    )
    insert into webhook_delivery (webhook_id, event_key, is_single, due_at)
      select target.id, added.id, true, ${now}::timestamptz from target, added
    returning id`.execute(tx);
  foundRow(rows, id);
  await wakeWorkers(tx);
  return eventId;
}

/** Condition for `webhook_delivery d`: no instance has it in hand. */
const FREE = sql`(d.claimed_until is null or d.claimed_until <= holdfast_clock())`;

/** The effect of a replay on a delivery that no instance has in hand. One that has ended begins again; one that waits becomes due. */
const AGAIN = sql`
  status = 'pending', due_at = holdfast_clock(),
  attempts = case when d.status = 'pending' then d.attempts else 0 end`;

/** Sends a delivery again. @throws NotFound; DeliveryUnderWay */
export async function replayDelivery(tx: Tx, owner: WebhookOwner, id: Id, deliveryId: Id): Promise<void> {
  await readWebhook(tx, owner, id);
  const { rows } = await sql`
    update webhook_delivery d set ${AGAIN} from webhook w
     where ${isWebhook(id, owner)} and d.webhook_id = w.id and d.id = ${deliveryId} and ${FREE}
    returning d.id`.execute(tx);
  if (rows.length === 0) {
    await readDelivery(tx, owner, id, deliveryId);
    throw new DeliveryUnderWay(deliveryId);
  }
  await endPause(tx, id);
  await wakeWorkers(tx);
}

/**
 * Sends the deliveries of a webhook again whose events happened in a time range, except those that are being sent.
 *
 * @param until the last moment; `null` for now
 * @returns how many
 * @throws NotFound
 */
export async function replayDeliveries(
  tx: Tx,
  owner: WebhookOwner,
  id: Id,
  since: InstantText,
  until: InstantText | null,
): Promise<number> {
  await readWebhook(tx, owner, id);
  // Locked in the order of ids, so that two replays do not wait for each other.
  const { rows } = await sql<{ count: number }>`
    with chosen as (
      select d.id from ${DELIVERIES}
       where ${isWebhook(id, owner)} and e.occurred_at >= ${since}::timestamptz
         and e.occurred_at <= coalesce(${until}::timestamptz, 'infinity') and ${FREE}
       order by d.id for no key update of d
    ), again as (
      update webhook_delivery d set ${AGAIN} from chosen where d.id = chosen.id returning 1
    ) select count(*) as count from again`.execute(tx);
  // Each waits again for those before it, so that the workers need not look at all of them for each that they send.
  await sql`
    update webhook_delivery d set due_at = null
     where d.webhook_id = ${id} and d.status = 'pending' and d.claimed_until is null
       and exists (select from webhook_delivery earlier
                    where earlier.webhook_id = d.webhook_id and earlier.order_key = d.order_key
                      and earlier.status = 'pending' and earlier.id < d.id)`.execute(tx);
  await endPause(tx, id);
  await wakeWorkers(tx);
  return rows[0]?.count ?? 0;
}

/** Ends the pause between trials of a webhook that fails: its owner wants to know whether its receiver works again. */
async function endPause(tx: Tx, id: Id): Promise<void> {
  await sql`update webhook set next_trial_at = null where id = ${id} and next_trial_at > holdfast_clock()`.execute(tx);
}
