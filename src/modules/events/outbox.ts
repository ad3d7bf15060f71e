import { sql } from 'kysely';
import type { Reader } from '../../platform/db/database.ts';
import type { Id } from '../../platform/ids.ts';
import type { InstantText } from '../../platform/time/instant.ts';
import type { LoggedEvent } from './event-log.ts';

/** A row of the event log that webhooks are entitled to and that has not been fanned out. */
export interface OutboxRow
  extends Pick<LoggedEvent, 'kind' | 'attributes' | 'reservationIds' | 'slotIds' | 'providerIds'> {
  readonly position: number;
  /** The change, as webhooks name it: `reservation.held`. */
  readonly type: string;
  readonly recordedAt: InstantText;
  /** The rows of the history, in parallel with `reservationIds`. */
  readonly historyIds: readonly Id[] | null;
  readonly orderIds: readonly Id[] | null;
  readonly webhookIds: readonly Id[];
}

/**
 * The first rows to fan out, except those at some positions.
 *
 * Other than the stream's readers, this one reads rows of transactions above the oldest running one too: rows leave the
 * outbox one by one, so none is lost that becomes visible late. By `position`, the events of one reservation are in the
 * order in which they happened: each was logged under the reservation's lock, so a reader that sees one sees all before it.
 */
export async function readOutbox(reader: Reader, limit: number, except: Iterable<number> = []): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`
    select position, kind, type, attributes, recorded_at as "recordedAt", to_jsonb(reservation_ids) as "reservationIds",
           to_jsonb(slot_ids) as "slotIds", to_jsonb(provider_ids) as "providerIds", to_jsonb(history_ids) as "historyIds",
           to_jsonb(order_ids) as "orderIds", to_jsonb(webhook_ids) as "webhookIds"
      from event
     where webhook_ids is not null and position <> all(${[...except]}::bigint[])
     order by position limit ${limit}`.execute(reader);
  return rows;
}
