import { sql } from 'kysely';
import type { Database, Tx } from '../../platform/db/database.ts';
import type { Id } from '../../platform/ids.ts';
import { type Cursor, isBefore } from './cursor.ts';

/** One row of the log: what one statement changed. */
export interface LoggedEvent {
  readonly cursor: Cursor;
  readonly kind: string;
  /** Fields that are the same for everything listed. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Whether too much has changed to list it. */
  readonly isBulk: boolean;
  /** Parallel lists of what has changed; `null` for a list that the kind does not have. */
  readonly reservationIds: readonly Id[] | null;
  readonly slotIds: readonly Id[] | null;
  readonly providerIds: readonly (Id | null)[] | null;
  readonly clientIds: readonly Id[] | null;
}

export interface EventPage {
  readonly events: readonly LoggedEvent[];
  /** Everything before it has been read, and no event can be inserted before it any more. */
  readonly upTo: Cursor;
  /** Whether no event after the requested cursor has been deleted. */
  readonly isComplete: boolean;
  /** Whether more events can be read now. */
  readonly hasMore: boolean;
  /** Whether more events are committed that wait for the end of an earlier transaction. Nothing announces that end. */
  readonly hasWithheld: boolean;
}

interface Row extends Omit<LoggedEvent, 'cursor'> {
  settled: string;
  isComplete: boolean;
  hasWithheld: boolean;
  xid: string | null;
  position: number;
}

/** Rows per page. Few, because a row may list 200 things, and a page must not exceed what may wait for one listener. */
const PAGE_ROWS = 4;

/**
 * The changes in the database, in an order in which no event appears late.
 *
 * Ids and transaction ids are assigned in one order and commit in another, so a reader that continues after its last id
 * loses whatever commits late. A transaction below the snapshot's xmin has ended, by commit or rollback. Only rows of
 * such transactions are read, by transaction and then by position, so that whatever is read next comes after them.
 */
export class EventLog {
  readonly #database: Database;
  #lastRead: Promise<unknown> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The cursor for a reader that wants future events only. */
  async end(): Promise<Cursor> {
    return (await this.readAfter({ xid: 0n, position: 0 }, 0)).upTo;
  }

  /** Reads the events after a cursor. Reads run one after another, so that all listeners together use one connection. */
  readAfter(cursor: Cursor, rows = PAGE_ROWS): Promise<EventPage> {
    const page = this.#lastRead.then(() => this.#readPage(cursor, rows));
    this.#lastRead = page.catch(() => {});
    return page;
  }

  async #readPage(cursor: Cursor, limit: number): Promise<EventPage> {
    const xid = sql`${String(cursor.xid)}::xid8`;
    const { rows } = await this.#database.read((reader) =>
      sql<Row>`
        select bounds.settled::text as settled,
               (select ${xid} > horizon.xid and ${xid} <= bounds.next from event_horizon horizon) as "isComplete",
               exists (select from event
                        where event.xid >= bounds.settled and event.xid < bounds.next) as "hasWithheld",
               page.*
          from (select pg_snapshot_xmin(snapshot) as settled, pg_snapshot_xmax(snapshot) as next
                  from pg_current_snapshot() snapshot) bounds
          left join lateral (
            select event.xid::text as xid, event.position, kind, attributes, is_bulk as "isBulk",
                   to_jsonb(reservation_ids) as "reservationIds", to_jsonb(slot_ids) as "slotIds",
                   to_jsonb(provider_ids) as "providerIds", to_jsonb(client_ids) as "clientIds"
              from event
             where (event.xid, event.position) > (${xid}, ${cursor.position}::bigint) and event.xid < bounds.settled
             order by event.xid, event.position limit ${limit}
          ) page on true`.execute(reader),
    );
    const [first] = rows;
    if (first === undefined) throw new Error('the event log returned no bounds');
    const { isComplete, hasWithheld } = first;
    const events = rows.flatMap(toEvent);
    const last = events.at(-1);
    const hasMore = last !== undefined && events.length === limit;
    const settled = { xid: BigInt(first.settled), position: 0 };
    const upTo = hasMore ? last.cursor : isBefore(settled, cursor) && isComplete ? cursor : settled;
    return { events, upTo, isComplete, hasMore, hasWithheld };
  }
}

function toEvent({ settled: _settled, isComplete: _, hasWithheld: __, xid, position, ...event }: Row): LoggedEvent[] {
  return xid === null ? [] : [{ ...event, cursor: { xid: BigInt(xid), position } }];
}

/** Long enough for a client to come back after a deployment, or after its machine has slept for a while. */
const MAX_AGE = '15 minutes';
/** About 100 MB when every row lists as much as it can. */
const MAX_ROWS = 20_000;

/** Deletes events past an age, and all but about the last `maxRows`. @returns the number deleted */
export async function deleteOldEvents(tx: Tx, maxAge = MAX_AGE, maxRows = MAX_ROWS): Promise<number> {
  const { rows } = await sql<{ deleted: number }>`
    select delete_old_events(${maxAge}::interval, ${maxRows}) as deleted`.execute(tx);
  return rows[0]?.deleted ?? 0;
}
