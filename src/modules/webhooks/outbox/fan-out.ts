import { sql } from 'kysely';
import type { Database, Reader, Tx } from '../../../platform/db/database.ts';
import { Unavailable } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import { type OutboxRow, readOutbox } from '../../events/index.ts';
import { readLastErasure } from '../../reservations/index.ts';
import { type DescribedEvent, type DescribeSupplier, describeEvents } from './describe-events.ts';
import { eventIdOf, writeEventBody } from './event-body.ts';

/** Rows of the outbox that one statement fans out. Most list up to 200 things. */
const ROWS = 32;
/** Deliveries that one statement makes. The embedded database runs one statement at a time, and a hold may wait behind it. */
const DELIVERIES = { postgres: 500, pglite: 100 } as const;

/** An event and the webhooks that it goes to. */
interface Item {
  readonly row: OutboxRow;
  readonly event: DescribedEvent;
  readonly eventId: string;
  readonly webhookIds: readonly Id[];
}

/** The work of one statement. */
interface Step {
  /** Rows, in their order in the outbox. */
  readonly taken: readonly OutboxRow[];
  readonly items: readonly Item[];
  /** The webhooks that they are fanned out for. */
  readonly webhookIds: ReadonlySet<Id>;
}

/** Makes deliveries of what is in the outbox. */
export class FanOut {
  readonly #database: Database;
  readonly #describeSupplier: DescribeSupplier;
  readonly #logger: Logger;
  readonly #maxDeliveries: number;
  /** Positions of rows that cannot be described. They stay in the outbox, for a version of the program that can. */
  readonly #skipped = new Set<number>();

  constructor(database: Database, describeSupplier: DescribeSupplier, logger: Logger) {
    this.#database = database;
    this.#describeSupplier = describeSupplier;
    this.#logger = logger;
    this.#maxDeliveries = DELIVERIES[database.kind];
  }

  /**
   * Fans out the first rows of the outbox, or the first of them for some of its webhooks. Any number of instances may do it
   * at once: `fan_out` takes each row once for each webhook.
   *
   * @returns whether there is more
   * @throws Unavailable
   */
  async takeStep(): Promise<boolean> {
    const lastErasure = await this.#database.read(readLastErasure);
    const rows = await this.#database.read((reader) => readOutbox(reader, ROWS, this.#skipped));
    if (rows.length === 0) return false;
    const { taken, items, webhookIds } = await this.#database.read((reader) => this.#describeFirst(reader, rows));
    if (taken.length > 0) {
      const store = (tx: Tx) => storeDeliveries(tx, taken, webhookIds, items, lastErasure);
      if (!(await this.#database.statement(store, { awaitsFeed: false }))) return true;
    }
    const isWhole = taken.every((row) => row.webhookIds.every((id) => webhookIds.has(id)));
    return rows.length === ROWS || !isWhole || rows.some((row) => !taken.includes(row) && !this.#isSkipped(row));
  }

  /** The first rows and their events, as many as one statement may fan out; of a row that has too many, some webhooks. */
  async #describeFirst(reader: Reader, rows: readonly OutboxRow[]): Promise<Step> {
    const recipients = await readRecipients(reader, [...new Set(rows.flatMap((row) => row.webhookIds))]);
    const step = { taken: [] as OutboxRow[], items: [] as Item[], webhookIds: new Set<Id>() };
    let deliveries = 0;
    for (const row of rows) {
      const items = await this.#describe(reader, row, recipients);
      if (this.#isSkipped(row)) continue;
      const made = items.reduce((sum, { webhookIds }) => sum + webhookIds.length, 0);
      if (step.taken.length > 0 && deliveries + made > this.#maxDeliveries) break;
      step.taken.push(row);
      step.items.push(...items);
      for (const id of made > this.#maxDeliveries ? this.#firstWebhooks(items) : row.webhookIds)
        step.webhookIds.add(id);
      deliveries += made;
      if (deliveries >= this.#maxDeliveries) break;
    }
    return step;
  }

  #isSkipped({ position }: OutboxRow): boolean {
    return this.#skipped.has(position);
  }

  async #describe(reader: Reader, row: OutboxRow, recipients: readonly Recipient[]): Promise<Item[]> {
    try {
      const events = await describeEvents(reader, row, this.#describeSupplier);
      const entitled = new Set(row.webhookIds);
      const ofRow = recipients.filter(({ id }) => entitled.has(id));
      return events.map((event, index) => ({
        row,
        event,
        eventId: eventIdOf(row, index),
        webhookIds: ofRow
          .filter(({ providerId }) => providerId === null || providerId === event.providerId)
          .map(({ id }) => id),
      }));
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      const { position, kind, type } = row;
      this.#skipped.add(position);
      this.#logger.error({ err: error, position, kind, type }, 'an event cannot be described for webhooks; it is kept');
      return [];
    }
  }

  /** Webhooks of a row that has too many deliveries for one statement: at least one, and those that do not fail first. */
  #firstWebhooks(items: readonly Item[]): readonly Id[] {
    const counts = new Map<Id, number>();
    for (const { webhookIds } of items) for (const id of webhookIds) counts.set(id, (counts.get(id) ?? 0) + 1);
    const first: Id[] = [];
    let deliveries = 0;
    for (const [id, count] of counts) {
      deliveries += count;
      if (first.length > 0 && deliveries > this.#maxDeliveries) break;
      first.push(id);
    }
    return first;
  }
}

interface Recipient {
  readonly id: Id;
  /** The provider that it hears of; `null` for all. */
  readonly providerId: Id | null;
}

/** Webhooks, those that do not fail first. One that was deleted is missing. */
async function readRecipients(reader: Reader, ids: readonly Id[]): Promise<readonly Recipient[]> {
  const { rows } = await sql<Recipient>`
    select id, provider_id as "providerId" from webhook where id = any(${ids}::bigint[])
     order by failing_since is not null, id`.execute(reader);
  return rows;
}

/** @returns false if nothing was stored, because a client was erased that the items may still name */
async function storeDeliveries(
  tx: Tx,
  rows: readonly OutboxRow[],
  webhookIds: ReadonlySet<Id>,
  items: readonly Item[],
  lastErasure: number,
): Promise<boolean> {
  const pairs = items.flatMap((item, index) =>
    item.webhookIds.filter((id) => webhookIds.has(id)).map((id) => ({ item: index + 1, id })),
  );
  const result = await sql<{ is_stored: boolean }>`
    select fan_out(
      ${rows.map(({ position }) => position)}::bigint[], ${[...webhookIds]}::bigint[],
      ${items.map(({ row }) => row.position)}::bigint[], ${items.map(({ eventId }) => eventId)}::text[],
      ${items.map(({ row }) => row.type)}::text[], ${items.map(({ event }) => event.orderKey)}::text[],
      ${items.map(({ event }) => event.at)}::timestamptz[],
      ${items.map(({ row, event }) => writeEventBody(row.type, event.at, event.data, event.ids))}::text[],
      ${pairs.map(({ item }) => item)}::integer[], ${pairs.map(({ id }) => id)}::bigint[],
      ${lastErasure}) as is_stored`.execute(tx);
  return result.rows[0]?.is_stored ?? false;
}
