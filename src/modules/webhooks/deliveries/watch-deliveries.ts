import { sql } from 'kysely';
import type { Database, Reader } from '../../../platform/db/database.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import { readOnScrape } from '../../../platform/read-on-scrape.ts';

/** Adds to the metrics how far the deliveries of all instances are behind. */
export function watchDeliveries(metrics: Metrics, database: Database): void {
  const lags = readOnScrape(() => database.read(readLags));
  metrics.gauge(
    'holdfast_webhook_lag_seconds',
    'Age of the earliest event that waits to be made into deliveries, and of the earliest delivery that is due',
    ['stage'],
    async () => Object.entries((await lags()) ?? {}).map(([stage, value]) => ({ labels: { stage }, value })),
  );
}

interface Lags {
  readonly outbox: number;
  readonly delivery: number;
}

/** Reads one row of an index for each webhook, however many deliveries wait. Times are in seconds. */
async function readLags(reader: Reader): Promise<Lags> {
  const { rows } = await sql<Lags>`
    select coalesce(extract(epoch from now() - outbox.recorded_at), 0)::double precision as outbox,
           coalesce(greatest(extract(epoch from holdfast_clock() - delivery.due_at), 0), 0)::double precision as delivery
      from (select min(first.due_at) as due_at
              from webhook
             cross join lateral (select due_at from webhook_delivery
                                  where webhook_id = webhook.id and status = 'pending' and due_at is not null
                                  order by due_at limit 1) first
             where webhook.status = 'active') delivery
      left join (select recorded_at from event where webhook_ids is not null order by position limit 1) outbox on true`.execute(
    reader,
  );
  const [lags] = rows;
  if (lags === undefined) throw new Error('the statement returned no lags');
  return lags;
}
