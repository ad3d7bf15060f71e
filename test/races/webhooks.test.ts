import type { ServerResponse } from 'node:http';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import { replaceInFunction } from '../support/database/break-function.ts';
import { nth } from '../support/database/seed-tables.ts';
import { onPostgres, type TestDatabase } from '../support/database/test-database.ts';
import { until } from '../support/server/until.ts';
import { bringRetriesForward } from '../support/webhooks/add-webhook.ts';
import { openCutStream } from '../support/webhooks/cut-stream.ts';
import { FLAWLESS, type Judgement, judgeDeliveries, readHistories } from '../support/webhooks/judge-deliveries.ts';
import type { Receiver } from '../support/webhooks/receiver.ts';
import { openWebhookFixture, settle, type WebhookFixture } from '../support/webhooks/webhook-fixture.ts';

const SEED = 20_270;
/** Reservations that are made in each phase of the proof. */
const RESERVATIONS = 100;
const RESERVATIONS_OF_CONTROL = 40;
/** Requests that three instances have open to a webhook whose receiver hangs: 16 each. */
const OPEN_OF_ALL = 48;

function openFixture(instances: number, prepare?: (test: TestDatabase) => Promise<unknown>): Promise<WebhookFixture> {
  return openWebhookFixture({ instances, seed: SEED, prepare });
}

async function judge({ database, receiver }: WebhookFixture): Promise<Judgement> {
  return judgeDeliveries(await database.read(readHistories), receiver.received);
}

/** Requests for an event that was accepted before. */
function repeatsOf({ accepted }: Receiver): number {
  return accepted.length - new Set(accepted.map(({ eventId }) => eventId)).size;
}

function report({ receiver, load }: WebhookFixture, title: string): void {
  const events = new Set(receiver.received.map(({ eventId }) => eventId)).size;
  const statuses = [...load.statuses].map(([status, count]) => `${count} × ${status}`).join(', ');
  process.stdout.write(
    `${title}: ${events} events, ${receiver.received.length} attempts, ${receiver.accepted.length} accepted, ` +
      `${repeatsOf(receiver)} accepted again; requests: ${statuses}, ${load.unanswered} unanswered\n`,
  );
}

/** Answers 500 to a part of the requests, by the seed. */
function failAtRandom(receiver: Receiver, probability: number): void {
  const random = seededRandom(SEED, 1);
  receiver.behave(() => (random.chance(probability) ? 500 : 204));
}

onPostgres('webhooks of several instances', () => {
  it('every change is delivered, in order, while the receiver fails in every way and two of three instances are killed', async () => {
    await using fixture = await openFixture(3);
    const { database, receiver, load, instances } = fixture;

    const hanging: ServerResponse[] = [];
    receiver.behave(() => (response) => hanging.push(response));
    do await load.run(RESERVATIONS);
    while (hanging.length < OPEN_OF_ALL);
    await fixture.end(nth(instances, 0), 'SIGKILL');

    await receiver.close();
    await load.run(RESERVATIONS);
    await expect.poll(() => countFailures(database)).toBeGreaterThan(0);

    failAtRandom(receiver, 0.3);
    await receiver.reopen();
    const third = load.run(RESERVATIONS);
    await bringRetriesForward(database);
    const before = receiver.accepted.length;
    await until('deliveries succeed again', () => receiver.accepted.length > before + 20);
    await fixture.end(nth(instances, 0), 'SIGKILL');
    await third;

    await load.run(RESERVATIONS);
    receiver.behave(() => 204);
    await settle(fixture);
    report(fixture, 'two of three instances killed');
    expect(await judge(fixture)).toEqual(FLAWLESS);
    expect(receiver.refused).toEqual([]);
    expect([...load.statuses.keys()].filter((status) => status >= 500)).toEqual([]);
    const accepted = new Set(receiver.accepted.map(({ type, data }) => `${data.reservation_id} ${type}`));
    expect(load.acknowledged.filter((each) => !accepted.has(each))).toEqual([]);
    expect(instances.flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  /** Answers 500 to the first attempt of each hold. */
  function refuseHoldsOnce(receiver: Receiver): void {
    const refused = new Set<string>();
    receiver.behave(({ type, eventId }) => {
      if (type !== 'reservation.held' || refused.has(eventId)) return 204;
      refused.add(eventId);
      return 500;
    });
  }

  it('control: without the wait for earlier events, events of one reservation arrive in another order', async () => {
    const waits = 'and earlier.id < d.id';
    const isFirst = 'when pair.order_key is null';
    await using fixture = await openFixture(2, async ({ database }) => {
      await replaceInFunction(database, 'claim_deliveries', waits, `${waits} and false`, 2);
      await replaceInFunction(database, 'fan_out', isFirst, `${isFirst} or true`);
    });
    refuseHoldsOnce(fixture.receiver);
    await fixture.load.run(RESERVATIONS_OF_CONTROL);
    await settle(fixture);
    const { disordered, ...others } = await judge(fixture);
    expect(disordered.length).toBeGreaterThan(0);
    expect({ ...others, disordered: [] }).toEqual(FLAWLESS);
  });

  /** An event that commits before its change, and stays when the change is rolled back. */
  async function logBeforeChange(database: Database): Promise<void> {
    await database.statement((tx) =>
      sql`
        insert into event (kind, type, attributes, reservation_ids, slot_ids, provider_ids, client_ids, history_ids, webhook_ids)
          select kind, 'reservation.confirmed', attributes, reservation_ids, slot_ids, provider_ids, client_ids, history_ids,
                 (select array_agg(id) from webhook)
            from event where type = 'reservation.held' order by position limit 1`.execute(tx),
    );
  }

  it('control: events that are written outside of the transaction of their change are found, and so are lost ones', async () => {
    const entitled = 'entitled_webhooks(type, provider_ids)';
    await using fixture = await openFixture(1, ({ database }) =>
      // The event would be written after the commit, and the process died before that.
      replaceInFunction(
        database,
        'log_reservations',
        entitled,
        `case when type <> 'reservation.cancelled' then ${entitled} end`,
      ),
    );
    await fixture.load.run(RESERVATIONS_OF_CONTROL);
    await logBeforeChange(fixture.database);
    await settle(fixture);
    const { missing, unexpected, ...others } = await judge(fixture);
    expect(missing.length).toBeGreaterThan(0);
    expect(missing.filter((each) => !each.includes('reservation.cancelled'))).toEqual([]);
    expect(unexpected).toEqual([expect.stringContaining('reservation.confirmed')]);
    expect(others).toMatchObject({ altered: [] });
  });

  /** Lets the receiver keep the first request waiting until all later ones are answered. @returns events sent twice */
  async function countRepeats(prepare?: (test: TestDatabase) => Promise<unknown>): Promise<number> {
    await using fixture = await openFixture(2, prepare);
    const { receiver, load, database } = fixture;
    let waiting: { readonly reservation: unknown; readonly response: ServerResponse } | undefined;
    receiver.behave(({ data }) => (response) => {
      waiting ??= { reservation: data.reservation_id, response };
      if (waiting.reservation !== data.reservation_id) response.writeHead(204).end();
    });
    await load.run(RESERVATIONS_OF_CONTROL);
    await expect.poll(() => countWaiting(database, waiting?.reservation), { timeout: 10_000 }).toBe(0);
    receiver.behave(() => 204);
    waiting?.response.writeHead(204).end();
    await settle(fixture);
    return receiver.received.length - new Set(receiver.received.map(({ eventId }) => eventId)).size;
  }

  it('while an attempt is under way, no instance sends the event again', async () => {
    expect(await countRepeats()).toBe(0);
  });

  it('control: when claims are ignored, an event is sent again while an attempt is under way', async () => {
    const isFree = 'and (d.claimed_until is null or d.claimed_until <= v_now)';
    const ignoreClaims = ({ database }: TestDatabase) => replaceInFunction(database, 'claim_deliveries', isFree, '', 2);
    expect(await countRepeats(ignoreClaims)).toBeGreaterThan(0);
  });

  /** Changes that a connection of the event stream receives before it is cut. */
  const CHANGES_UNTIL_CUT = 15;
  /** Changes that happen before the listener connects again. */
  const CHANGES_MISSED = 10;

  it('a listener whose stream is cut and resumed misses no change, and one that does not resume does', async () => {
    await using fixture = await openFixture(2);
    const { database, load, instances } = fixture;
    let isOver = false;
    const listen = (resumes: boolean) =>
      openCutStream({
        resumes,
        changes: CHANGES_UNTIL_CUT,
        port: (cuts) => nth(instances, cuts % 2).port,
        untilReconnect: (signal) => {
          const { length } = load.acknowledged;
          const isDue = () => isOver || signal.aborted || load.acknowledged.length > length + CHANGES_MISSED;
          return until('more changes', isDue);
        },
      });
    await using resuming = await listen(true);
    await using restarting = await listen(false);
    await load.run(RESERVATIONS);
    isOver = true;
    await settle(fixture);
    const changes = [...(await database.read(readHistories))].flatMap(([id, history]) =>
      history.map((change) => `${id} ${change.split(' at ')[0]}`),
    );
    const missedBy = ({ seen }: typeof resuming) => changes.filter((change) => !seen.has(change));
    await expect.poll(() => missedBy(resuming)).toEqual([]);
    expect([...resuming.seen].filter((change) => !changes.includes(change))).toEqual([]);
    const missed = missedBy(restarting).length;
    process.stdout.write(
      `event stream: ${changes.length} changes, none missed over ${resuming.cuts} cuts; ` +
        `${missed} missed over ${restarting.cuts} cuts without Last-Event-ID\n`,
    );
    expect(resuming.cuts).toBeGreaterThan(2);
    expect(missed).toBeGreaterThan(0);
  });
});

/** Holds and deliveries that are left, other than those of one reservation. */
async function countWaiting(database: Database, reservation: unknown): Promise<number> {
  const { rows } = await database.read((reader) =>
    sql<{ count: number }>`
      select (select count(*) from reservation where status = 'held')
             + (select count(*) from event where webhook_ids is not null)
             + (select count(*) from webhook_delivery where status = 'pending'
                   and order_key <> ${`reservation:${reservation}`}) as count`.execute(reader),
  );
  return rows[0]?.count ?? 0;
}

async function countFailures(database: Database): Promise<number> {
  const { rows } = await database.read((reader) =>
    sql<{ count: number }>`select count(*) as count from webhook_delivery where attempts > 0`.execute(reader),
  );
  return rows[0]?.count ?? 0;
}
