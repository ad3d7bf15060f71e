import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../../../src/platform/db/database.ts';
import { seededRandom } from '../../../src/platform/seeded-random.ts';
import { openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { type ChildServer, startChildServer } from '../server/child-server.ts';
import { addWebhook, bringRetriesForward, WEBHOOK_SECRET } from './add-webhook.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { openReservationLoad, type ReservationLoad } from './reservation-load.ts';

/** Processes on one PostgreSQL database, with a proven webhook for all events of reservations. */
export interface WebhookFixture extends AsyncDisposable {
  readonly database: Database;
  readonly receiver: Receiver;
  readonly load: ReservationLoad;
  /** The instances that the load uses. */
  readonly instances: readonly ChildServer[];
  start(): Promise<ChildServer>;
  /** Sends an instance no more requests, and a signal that ends it. @returns its exit code or the signal */
  end(instance: ChildServer, signal: NodeJS.Signals): Promise<number | string>;
}

export interface FixtureOptions {
  readonly instances: number;
  readonly seed: number;
  readonly holdTtl?: string;
  /** Runs before the instances start. */
  readonly prepare?: ((test: TestDatabase) => Promise<unknown>) | undefined;
}

export async function openWebhookFixture(options: FixtureOptions): Promise<WebhookFixture> {
  const { instances, seed, holdTtl = '2s', prepare } = options;
  await using stack = new AsyncDisposableStack();
  const test = stack.use(await openTestDatabase('postgres'));
  const { database, url = '' } = test;
  const receiver = stack.use(await startReceiver(WEBHOOK_SECRET));
  await addWebhook(database, receiver.url, undefined, null, true);
  await prepare?.(test);
  const env = {
    DATABASE_URL: url,
    HOLD_TTL: holdTtl,
    WEBHOOK_ALLOW: '127.0.0.0/8',
    MIN_NOTICE: '0s',
    RATE_LIMIT_ANONYMOUS: 'off',
  };
  const running: ChildServer[] = [];
  const start = async () => {
    const instance = await startChildServer(env);
    owned.use(instance);
    running.push(instance);
    return instance;
  };
  const load = await openReservationLoad(database, seededRandom(seed), () => running.map(({ port }) => port));
  const owned = stack.move();
  const fixture: WebhookFixture = {
    database,
    receiver,
    load,
    instances: running,
    start,
    async end(instance, signal) {
      running.splice(running.indexOf(instance), 1);
      instance.signal(signal);
      return instance.gone();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  try {
    await Promise.all(Array.from({ length: instances }, start));
  } catch (error) {
    await fixture[Symbol.asyncDispose]();
    throw error;
  }
  return fixture;
}

/** An instance that was killed leaves what it had in hand until its leases end. */
const SETTLED_WITHIN_MS = 40_000;

/** Waits until all holds have ended and every event is delivered. Retries do not wait for their time. */
export async function settle({ database }: WebhookFixture): Promise<void> {
  const giveUpAt = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const { rows } = await database.read((reader) =>
      sql<{ left: number; failed: number }>`
        select (select count(*) from reservation where status = 'held')
               + (select count(*) from event where webhook_ids is not null)
               + (select count(*) from webhook_delivery where status = 'pending') as left,
               (select count(*) from webhook_delivery where status = 'failed') as failed`.execute(reader),
    );
    const [{ left = 0, failed = 0 } = {}] = rows;
    if (failed > 0) throw new Error(`${failed} deliveries had no attempts left`);
    if (left === 0) return;
    if (performance.now() > giveUpAt) throw new Error(`${left} holds, events and deliveries are left`);
    await bringRetriesForward(database);
    await delay(50);
  }
}
