import { sql } from 'kysely';
import type { Database, Reader, Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
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

/**
 * Makes deliveries of what is in the outbox, until it is empty. Any number of instances may do it at once: `fan_out` takes
 * each row once.
 *
 * @returns the number of deliveries
 */
export async function fanOut(
  database: Database,
  describeSupplier: DescribeSupplier,
  signal: AbortSignal,
): Promise<number> {
  let deliveries = 0;
  while (!signal.aborted) {
    const rows = await database.read((reader) => readOutbox(reader, ROWS));
    if (rows.length === 0) break;
    const items = await database.read((reader) => toItems(reader, rows, describeSupplier));
    deliveries += await database.statement((tx) => storeDeliveries(tx, rows, items));
    if (rows.length < ROWS) break;
  }
  return deliveries;
}

async function toItems(reader: Reader, rows: readonly OutboxRow[], describe: DescribeSupplier): Promise<Item[]> {
  const providers = await readProvidersOfWebhooks(reader, [...new Set(rows.flatMap(({ webhookIds }) => webhookIds))]);
  const items: Item[] = [];
  for (const row of rows) {
    for (const event of await describeEvents(reader, row, describe)) {
      const webhookIds = row.webhookIds.filter((id) => {
        const providerId = providers.get(id);
        return providerId === null || (providerId !== undefined && providerId === event.providerId);
      });
      if (webhookIds.length > 0) items.push({ row, event, webhookIds });
    }
  }
  return items;
}

/** The providers of webhooks; `null` for a webhook that hears of all. A webhook that was deleted is missing. */
async function readProvidersOfWebhooks(reader: Reader, ids: readonly Id[]): Promise<Map<Id, Id | null>> {
  const { rows } = await sql<{ id: Id; provider_id: Id | null }>`
    select id, provider_id from webhook where id = any(${ids}::bigint[])`.execute(reader);
  return new Map(rows.map(({ id, provider_id }) => [id, provider_id]));
}

async function storeDeliveries(tx: Tx, rows: readonly OutboxRow[], items: readonly Item[]): Promise<number> {
  const pairs = items.flatMap(({ webhookIds }, index) => webhookIds.map((id) => ({ item: index + 1, id })));
  const { rows: made } = await sql<{ deliveries: number }>`
    select fan_out(
      ${rows.map(({ position }) => position)}::bigint[], ${items.map(({ row }) => row.position)}::bigint[],
      ${items.map(() => newEventId())}::text[], ${items.map(({ row }) => row.type)}::text[],
      ${items.map(({ event }) => event.orderKey)}::text[], ${items.map(({ event }) => event.at)}::timestamptz[],
      ${items.map(({ row, event }) => writeEventBody(row.type, event.at, event.data, event.ids))}::text[],
      ${pairs.map(({ item }) => item)}::integer[], ${pairs.map(({ id }) => id)}::bigint[]) as deliveries`.execute(tx);
  return made[0]?.deliveries ?? 0;
}
