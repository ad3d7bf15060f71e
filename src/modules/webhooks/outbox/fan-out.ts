import { sql } from 'kysely';
import type { Database, Reader, Tx } from '../../../platform/db/database.ts';
import { Unavailable } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import { type OutboxRow, readOutbox } from '../../events/index.ts';
import { type DescribedEvent, type DescribeSupplier, describeEvents } from './describe-events.ts';
import { newEventId, writeEventBody } from './event-body.ts';

/** Rows of the outbox that one statement fans out. Most list up to 200 things. */
const ROWS = 32;

/** An event and the webhooks that it goes to. */
interface Item {
  readonly row: OutboxRow;
  readonly event: DescribedEvent;
  readonly webhookIds: readonly Id[];
}

/** Makes deliveries of what is in the outbox. */
export class FanOut {
  readonly #database: Database;
  readonly #describeSupplier: DescribeSupplier;
  readonly #logger: Logger;
  /** Positions of rows that cannot be described. They stay in the outbox, for a version of the program that can. */
  readonly #skipped = new Set<number>();

  constructor(database: Database, describeSupplier: DescribeSupplier, logger: Logger) {
    this.#database = database;
    this.#describeSupplier = describeSupplier;
    this.#logger = logger;
  }

  /** Empties the outbox. Any number of instances may do it at once: `fan_out` takes each row once. @throws Unavailable */
  async run(signal: AbortSignal): Promise<void> {
    let isFull = true;
    while (isFull && !signal.aborted) {
      const rows = await this.#database.read((reader) => readOutbox(reader, ROWS, this.#skipped));
      isFull = rows.length === ROWS;
      const items = await this.#database.read((reader) => this.#toItems(reader, rows));
      const described = rows.filter(({ position }) => !this.#skipped.has(position));
      if (described.length > 0) await this.#database.statement((tx) => storeDeliveries(tx, described, items));
    }
  }

  async #toItems(reader: Reader, rows: readonly OutboxRow[]): Promise<Item[]> {
    const providers = await readProvidersOfWebhooks(reader, [...new Set(rows.flatMap(({ webhookIds }) => webhookIds))]);
    const items: Item[] = [];
    for (const row of rows) {
      for (const event of await this.#describe(reader, row)) {
        const webhookIds = row.webhookIds.filter((id) => {
          const providerId = providers.get(id);
          return providerId === null || (providerId !== undefined && providerId === event.providerId);
        });
        if (webhookIds.length > 0) items.push({ row, event, webhookIds });
      }
    }
    return items;
  }

  async #describe(reader: Reader, row: OutboxRow): Promise<DescribedEvent[]> {
    try {
      return await describeEvents(reader, row, this.#describeSupplier);
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      const { position, kind, type } = row;
      this.#skipped.add(position);
      this.#logger.error({ err: error, position, kind, type }, 'an event cannot be described for webhooks; it is kept');
      return [];
    }
  }
}

/** The providers of webhooks; `null` for a webhook that hears of all. A webhook that was deleted is missing. */
async function readProvidersOfWebhooks(reader: Reader, ids: readonly Id[]): Promise<Map<Id, Id | null>> {
  const { rows } = await sql<{ id: Id; provider_id: Id | null }>`
    select id, provider_id from webhook where id = any(${ids}::bigint[])`.execute(reader);
  return new Map(rows.map(({ id, provider_id }) => [id, provider_id]));
}

async function storeDeliveries(tx: Tx, rows: readonly OutboxRow[], items: readonly Item[]): Promise<void> {
  const pairs = items.flatMap(({ webhookIds }, index) => webhookIds.map((id) => ({ item: index + 1, id })));
  await sql`
    select fan_out(
      ${rows.map(({ position }) => position)}::bigint[], ${items.map(({ row }) => row.position)}::bigint[],
      ${items.map(() => newEventId())}::text[], ${items.map(({ row }) => row.type)}::text[],
      ${items.map(({ event }) => event.orderKey)}::text[], ${items.map(({ event }) => event.at)}::timestamptz[],
      ${items.map(({ row, event }) => writeEventBody(row.type, event.at, event.data, event.ids))}::text[],
      ${pairs.map(({ item }) => item)}::integer[], ${pairs.map(({ id }) => id)}::bigint[])`.execute(tx);
}
