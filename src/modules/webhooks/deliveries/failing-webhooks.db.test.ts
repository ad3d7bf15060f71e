import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { addClients, addSlots } from '../../../../test/support/database/seed-tables.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { openListeningApp } from '../../../../test/support/server/listening-app.ts';
import { until } from '../../../../test/support/server/until.ts';
import { addWebhook, WEBHOOK_SECRET } from '../../../../test/support/webhooks/add-webhook.ts';
import { startReceiver } from '../../../../test/support/webhooks/receiver.ts';
import { startWorker } from '../../../../test/support/webhooks/start-worker.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { type AttemptResult, claimDeliveries, finishDeliveries } from './delivery-store.ts';

const LIMITS = { deliveries: 100, perWebhook: 50, trials: 10, tests: 10 };
const RECEIVER = 'https://shop.example/hooks';

async function claim(database: Database, instance: string): Promise<readonly Id[]> {
  const claimant = { instance, leaseMs: 8_000 };
  const claimed = await database.statement((tx) => claimDeliveries(tx, claimant, LIMITS, new Map(), []));
  return claimed.map(({ deliveryId }) => deliveryId);
}

async function finish(database: Database, instance: string, ids: readonly Id[], isDelivered: boolean): Promise<void> {
  const results = ids.map((deliveryId): AttemptResult => {
    const nothing = { status: null, error: null, answer: null };
    return isDelivered
      ? { deliveryId, outcome: 'delivered', ...nothing, delayMs: null }
      : { deliveryId, outcome: 'retry', ...nothing, delayMs: 300_000 };
  });
  await database.statement((tx) => finishDeliveries(tx, { instance, leaseMs: 8_000 }, results));
}

/** Adds deliveries that are due now, each of another thing. */
async function addDeliveries(database: Database, webhook: Id, count: number): Promise<Id[]> {
  const { rows } = await database.statement((tx) =>
    sql<{ id: Id }>`
      with added as (
        insert into webhook_event (event_id, type, occurred_at, body)
          select gen_random_uuid(), 'reservation.held', holdfast_clock(), '{}' from generate_series(1, ${count}::integer)
        returning id
      )
      insert into webhook_delivery (webhook_id, event_key, order_key, due_at)
        select ${webhook}, id, 'reservation:' || id, holdfast_clock() from added returning id`.execute(tx),
  );
  return rows.map(({ id }) => id);
}

eachDatabase('claims of a webhook that fails', (open) => {
  beforeEach(async () => {
    await open().database.statement((tx) => sql`delete from webhook`.execute(tx));
    await open().clock.freeze('2030-01-01T00:00:00Z');
  });

  it('after five failures one delivery at a time is tried, the newest first, with longer and longer pauses, until one succeeds', async () => {
    const { database, clock } = open();
    const webhook = await addWebhook(database, RECEIVER, null, null, true);
    const first = await addDeliveries(database, webhook, 5);
    expect(await claim(database, 'a')).toEqual(first);
    await finish(database, 'a', first, false);
    const later = await addDeliveries(database, webhook, 3);
    expect(await claim(database, 'a')).toEqual([]);

    await clock.freeze('2030-01-01T00:00:01.2Z');
    const [newest = 0] = await addDeliveries(database, webhook, 1);
    expect(await claim(database, 'a')).toEqual([newest]);
    // It is in hand, so no other instance tries.
    expect(await claim(database, 'b')).toEqual([]);
    await finish(database, 'a', [newest], false);

    // It has failed for 60 seconds at this trial, so the next one follows after 27 to 33.
    await clock.freeze('2030-01-01T00:01:00Z');
    const trial = await claim(database, 'b');
    expect(trial).toEqual([later[2]]);
    await finish(database, 'b', trial, false);
    await clock.freeze('2030-01-01T00:01:26Z');
    expect(await claim(database, 'a')).toEqual([]);
    await clock.freeze('2030-01-01T00:01:34Z');
    const last = await claim(database, 'a');
    expect(last).toEqual([later[1]]);
    await finish(database, 'a', last, true);
    expect(await claim(database, 'b')).toEqual([later[0]]);
  });

  it('control: a webhook that does not fail gets all of them', async () => {
    const { database } = open();
    const webhook = await addWebhook(database, RECEIVER, null, null, true);
    const first = await addDeliveries(database, webhook, 4);
    expect(await claim(database, 'a')).toEqual(first);
    await finish(database, 'a', first, false);
    const later = await addDeliveries(database, webhook, 3);
    expect(await claim(database, 'a')).toEqual(later);
  });

  it('a trial of an instance that died is made again when its claim has ended', async () => {
    const { database, clock } = open();
    const webhook = await addWebhook(database, RECEIVER);
    const [only = 0] = await addDeliveries(database, webhook, 1);
    expect(await claim(database, 'a')).toEqual([only]);
    await clock.freeze('2030-01-01T00:00:07.9Z');
    expect(await claim(database, 'b')).toEqual([]);
    await clock.freeze('2030-01-01T00:00:08Z');
    expect(await claim(database, 'b')).toEqual([only]);
  });

  it('webhooks that have failed more often wait for a new one', async () => {
    const { database } = open();
    const failing = await addWebhook(database, RECEIVER);
    await addDeliveries(database, failing, 1);
    await database.statement((tx) => sql`update webhook set failures = 4`.execute(tx));
    const fresh = await addWebhook(database, RECEIVER);
    const [wanted = 0] = await addDeliveries(database, fresh, 1);
    const one = { ...LIMITS, trials: 1 };
    const claimant = { instance: 'a', leaseMs: 8_000 };
    const claimed = await database.statement((tx) => claimDeliveries(tx, claimant, one, new Map(), []));
    expect(claimed.map(({ deliveryId }) => deliveryId)).toEqual([wanted]);
  });
});

const FAILING = 30;
const HOLDS = 20;

eachDatabase('webhooks among others that hang', (open) => {
  /** Makes holds while others hang. @returns the requests that each of those has open when the last hold has arrived */
  async function countOpen(areProven: boolean): Promise<number[]> {
    const { database } = open();
    await database.statement((tx) => sql`delete from webhook`.execute(tx));
    await using hanging = await startReceiver(WEBHOOK_SECRET);
    await using healthy = await startReceiver(WEBHOOK_SECRET);
    hanging.behave(() => () => {});
    for (let index = 0; index < FAILING; index += 1)
      await addWebhook(database, `${hanging.url}/${index}`, ['reservation.held'], null, areProven);
    await addWebhook(database, healthy.url, ['reservation.held']);
    const slots = await addSlots(database, HOLDS);
    const [client_id = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    await using _worker = await startWorker(database);
    for (const slot_id of slots) await running.client.post('/api/v1/reservations', { body: { client_id, slot_id } });
    await until('all holds', () => healthy.accepted.length === HOLDS, 30_000);
    await until('a request to each', () => new Set(hanging.received.map(({ path }) => path)).size === FAILING, 30_000);
    const counts = new Map<string, number>();
    for (const { path } of hanging.received) counts.set(path, (counts.get(path) ?? 0) + 1);
    return [...counts.values()];
  }

  it('a webhook on trial has one request open, and holds and other webhooks wait for none of them', async () => {
    expect(new Set(await countOpen(false))).toEqual(new Set([1]));
  });

  it('control: proven webhooks have several', async () => {
    expect(Math.max(...(await countOpen(true)))).toBeGreaterThan(1);
  });
});
