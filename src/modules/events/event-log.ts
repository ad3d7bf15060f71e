import { sql } from 'kysely';
import type { Database, Tx } from '../../platform/db/database.ts';
import type { Id } from '../../platform/ids.ts';
import { type Cursor, isBefore } from './cursor.ts';

/** One row: what one statement has changed. */
export interface LoggedEvent {
  readonly cursor: Cursor;
  readonly kind: string;
  /** What is the same of everything it tells of. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** So much has changed that it is not told one by one. */
  readonly many: boolean;
  /** What it tells of, in parallel. */
  readonly reservations: readonly Id[] | null;
  readonly slots: readonly Id[] | null;
  readonly providers: readonly (Id | null)[] | null;
}

export interface EventPage {
  readonly events: readonly LoggedEvent[];
  /** All up to here has been read, and nothing can come to stand before it. */
  readonly upTo: Cursor;
  /** Whether nothing after the cursor that was asked for has been forgotten. */
  readonly kept: boolean;
  /** More can be read at once. */
  readonly full: boolean;
  /** More is there, and waits for the end of a transaction that began before it. Nobody tells when that ends. */
  readonly withheld: boolean;
}

interface Row {
  settled: string;
  kept: boolean;
  withheld: boolean;
  xid: string | null;
  position: number;
  kind: string;
  facts: Readonly<Record<string, unknown>>;
  many: boolean;
  reservations: Id[] | null;
  slots: Id[] | null;
  providers: (Id | null)[] | null;
}

/** Few, as a row may tell of 200 things: a page must be within what may wait for one listener. */
const PAGE_ROWS = 4;

/**
 * What has changed, in an order in which nothing comes late.
 *
 * Ids and transactions are given out in one order and commit in another, so "after the last one I saw" loses whatever
 * commits late. A transaction below the snapshot's xmin has ended, whichever way: only such rows are read, by
 * transaction and then by position, and what is read next always stands after them.
 */
export class EventLog {
  readonly #database: Database;
  #last: Promise<unknown> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Where somebody begins who wants only what is to come. */
  async end(): Promise<Cursor> {
    return (await this.after({ xid: 0n, position: 0 }, 0)).upTo;
  }

  /** One at a time: however many listen, they take one of the connections that requests need. */
  after(cursor: Cursor, rows = PAGE_ROWS): Promise<EventPage> {
    const page = this.#last.then(() => this.#read(cursor, rows));
    this.#last = page.catch(() => {});
    return page;
  }

  async #read(cursor: Cursor, limit: number): Promise<EventPage> {
    const xid = sql`${String(cursor.xid)}::xid8`;
    const { rows } = await this.#database.read((reader) =>
      sql<Row>`
        select bounds.settled::text as settled,
               (select ${xid} > horizon.xid and ${xid} <= bounds.next from event_horizon horizon) as kept,
               exists (select from event where event.xid >= bounds.settled and event.xid < bounds.next) as withheld,
               page.*
          from (select pg_snapshot_xmin(snapshot) as settled, pg_snapshot_xmax(snapshot) as next
                  from pg_current_snapshot() snapshot) bounds
          left join lateral (
            select event.xid::text as xid, event.position, kind, facts, many, to_jsonb(reservations) as reservations,
                   to_jsonb(slots) as slots, to_jsonb(providers) as providers
              from event
             where (event.xid, event.position) > (${xid}, ${cursor.position}::bigint) and event.xid < bounds.settled
             order by event.xid, event.position limit ${limit}
          ) page on true`.execute(reader),
    );
    const [first] = rows;
    if (first === undefined) throw new Error('the event log did not say how far it can be read');
    const events = rows.flatMap(({ settled: _, kept: _kept, withheld: _withheld, xid, position, ...event }) =>
      xid === null ? [] : [{ ...event, cursor: { xid: BigInt(xid), position } }],
    );
    const last = events.at(-1);
    const full = last !== undefined && events.length === limit;
    const settled = { xid: BigInt(first.settled), position: 0 };
    const upTo = full ? last.cursor : isBefore(settled, cursor) && first.kept ? cursor : settled;
    return { events, upTo, kept: first.kept, full, withheld: first.withheld };
  }
}

/** Long enough for a client to come back after a deployment or a night's sleep of its network. */
const KEPT = '15 minutes';
/** About 100 MB, when each tells of as much as it can. */
const MOST_ROWS = 20_000;

/** @returns how many */
export async function forgetOldEvents(tx: Tx, kept = KEPT, mostRows = MOST_ROWS): Promise<number> {
  const { rows } = await sql<{ forgotten: number }>`
    select forget_events(${kept}::interval, ${mostRows}) as forgotten`.execute(tx);
  return rows[0]?.forgotten ?? 0;
}
