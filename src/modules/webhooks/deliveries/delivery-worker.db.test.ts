import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { addClients, addSlots } from '../../../../test/support/database/seed-tables.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { offerSlots, openListeningApp } from '../../../../test/support/server/listening-app.ts';
import { until } from '../../../../test/support/server/until.ts';
import { addWebhook, bringRetriesForward, WEBHOOK_SECRET } from '../../../../test/support/webhooks/add-webhook.ts';
import { type Receiver, startReceiver } from '../../../../test/support/webhooks/receiver.ts';
import { startWorker } from '../../../../test/support/webhooks/start-worker.ts';
import type { Id } from '../../../platform/ids.ts';
import { insertVehicle } from '../../vehicles/vehicle-store.ts';
import { replayDeliveries } from '../registry/delivery-list.ts';
import { keepDeliveries } from './delivery-retention.ts';

const typesOf = (receiver: Receiver) => receiver.accepted.map(({ type }) => type);

eachDatabase('webhooks', (open) => {
  it('a webhook receives each step of a reservation, in order, as answers showed it', async () => {
    const { database } = open();
    await using receiver = await startReceiver(WEBHOOK_SECRET);
    await addWebhook(database, receiver.url, ['reservation.*']);
    const [first = 0, second = 0] = await addSlots(database, 2);
    const [client_id = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    await using _worker = await startWorker(database);

    const held = await running.client.post('/api/v1/reservations', { body: { client_id, slot_id: first } });
    const path = { id: held.reservation_id };
    const moved = await running.client.post('/api/v1/reservations/{id}/reschedule', {
      path,
      body: { client_id, slot_id: second },
    });
    const confirmed = await running.client.post('/api/v1/reservations/{id}/confirm', { path, body: { client_id } });
    const cancelled = await running.client.post('/api/v1/reservations/{id}/cancel', { path, body: { client_id } });

    await until('four events', () => receiver.accepted.length >= 4);
    expect(typesOf(receiver)).toEqual([
      'reservation.held',
      'reservation.rescheduled',
      'reservation.confirmed',
      'reservation.cancelled',
    ]);
    expect(receiver.refused).toEqual([]);
    const shown = [held, moved, confirmed, cancelled];
    for (const [index, { data }] of receiver.accepted.entries()) expect(data).toEqual(shown[index]);
    expect(new Set(receiver.accepted.map(({ eventId }) => eventId)).size).toBe(4);
  });

  it('an event that fails is sent again with the same id, and holds back only what follows it', async () => {
    const { database } = open();
    await using receiver = await startReceiver(WEBHOOK_SECRET);
    await addWebhook(database, receiver.url, ['reservation.*']);
    const slots = await addSlots(database, 2);
    const [client_id = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    const book = async (slot_id: Id) =>
      (await running.client.post('/api/v1/reservations', { body: { client_id, slot_id } })).reservation_id;
    const [failing = 0, other = 0] = [await book(slots[0] ?? 0), await book(slots[1] ?? 0)];
    for (const id of [failing, other]) {
      await running.client.post('/api/v1/reservations/{id}/confirm', { path: { id }, body: { client_id } });
    }
    receiver.behave(({ data }) => (data.reservation_id === failing ? 500 : 204));
    await using _worker = await startWorker(database);

    await until('both events of the other', () => receiver.accepted.length === 2);
    expect(receiver.accepted.map(({ data }) => data.reservation_id)).toEqual([other, other]);
    receiver.behave(() => 204);
    await bringRetriesForward(database);
    await until('both events of the first', () => receiver.accepted.length === 4);
    const own = receiver.received.filter(({ data }) => data.reservation_id === failing);
    expect([...new Set(own.map(({ type, answered }) => `${type} ${answered}`))]).toEqual([
      'reservation.held 500',
      'reservation.held 204',
      'reservation.confirmed 204',
    ]);
    expect(own[0]?.eventId).toBe(own[1]?.eventId);
    expect(own[0]?.body).toBe(own[1]?.body);
  });

  it('a webhook receives what it asked for, of its provider alone, and of nothing before it was made', async () => {
    const { database } = open();
    await using early = await startReceiver(WEBHOOK_SECRET);
    await using receiver = await startReceiver(WEBHOOK_SECRET);
    const [mine = 0] = await addSlots(database, 1, 5);
    const [foreign = 0] = await addSlots(database, 1, 5);
    const [client_id = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    const book = (slot_id: Id) => running.client.post('/api/v1/reservations', { body: { client_id, slot_id } });
    const { provider_id } = await running.client.get('/api/v1/slots/{id}', { path: { id: mine } });
    if (provider_id === null) throw new Error('the slot has no provider');
    await book(mine);
    await addWebhook(database, early.url, ['reservation.confirmed']);
    await addWebhook(database, receiver.url, ['reservation.held'], provider_id);
    await using _worker = await startWorker(database);
    await book(foreign);
    const last = await book(mine);
    await running.client.post('/api/v1/reservations/{id}/confirm', {
      path: { id: last.reservation_id },
      body: { client_id },
    });
    await until('the confirmation', () => early.accepted.length > 0);
    await until('the hold', () => receiver.accepted.length > 0);
    expect(typesOf(early)).toEqual(['reservation.confirmed']);
    expect(receiver.accepted.map(({ data }) => data)).toEqual([last]);
  });

  it('a reservation that moves to another provider is an event of both, and the former one gets nothing new to it', async () => {
    const { database } = open();
    await using former = await startReceiver(WEBHOOK_SECRET);
    await using next = await startReceiver(WEBHOOK_SECRET);
    await using all = await startReceiver(WEBHOOK_SECRET);
    const [from = 0, near = 0] = await addSlots(database, 2);
    const [to = 0] = await addSlots(database, 1);
    const [client_id = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    const providerOf = async (id: Id) => {
      const { provider_id } = await running.client.get('/api/v1/slots/{id}', { path: { id } });
      if (provider_id === null) throw new Error('the slot has no provider');
      return provider_id;
    };
    const provider_id = await providerOf(from);
    await addWebhook(database, former.url, ['reservation.*'], provider_id, true);
    await addWebhook(database, next.url, ['reservation.*'], await providerOf(to), true);
    await addWebhook(database, all.url, ['reservation.*'], null, true);
    await using _worker = await startWorker(database);
    const { reservation_id } = await running.client.post('/api/v1/reservations', {
      body: { client_id, slot_id: from },
    });
    const move = (slot_id: Id) =>
      running.client.post('/api/v1/reservations/{id}/reschedule', {
        path: { id: reservation_id },
        body: { client_id, slot_id },
      });
    await move(near);
    const moved = await move(to);
    await running.client.post('/api/v1/reservations/{id}/cancel', {
      path: { id: reservation_id },
      body: { client_id },
    });
    await until('the cancellation', () => next.accepted.length === 2 && all.accepted.length === 4);
    await until('the departure', () => former.accepted.length >= 3);
    const rescheduled = 'reservation.rescheduled';
    expect(typesOf(all)).toEqual(['reservation.held', rescheduled, rescheduled, 'reservation.cancelled']);
    expect(typesOf(former)).toEqual(['reservation.held', rescheduled, rescheduled]);
    expect(former.accepted[2]?.data).toEqual({ reservation_id, slot_id: near, provider_id, moved_away: true });
    expect(typesOf(next)).toEqual([rescheduled, 'reservation.cancelled']);
    expect(next.accepted[0]?.data).toEqual(moved);
  });

  it('offers, withdrawals, orders and states of vehicles are sent as answers show them', async () => {
    const { database } = open();
    await using receiver = await startReceiver(WEBHOOK_SECRET);
    await addWebhook(database, receiver.url, ['availability.*', 'order.*', 'vehicle.*']);
    await using running = await openListeningApp(database);
    await using _worker = await startWorker(database);
    const { client } = running;
    const { provider_id, slots } = await offerSlots(client, 101);
    await until('the offer', () => receiver.accepted.length === 1);
    const offered = receiver.accepted[0]?.data;
    expect(offered).toMatchObject({ provider_id, from: '2031-01-01T00:00:00Z', more: true });
    expect(offered?.slots).toHaveLength(100);

    await client.delete('/api/v1/providers/{id}/availability', {
      path: { id: provider_id },
      query: { start: '2031-01-01T00:00:00Z', end: '2031-01-01T00:30:00Z' },
    });
    const lines = [{ description: 'Tea', quantity: 1, unit_price: 2.5 }];
    const order = await client.post('/api/v1/orders', { body: { customer: 'Jane Doe', currency: 'EUR', lines } });
    const path = { id: order.order_id };
    const cancelled = await client.post('/api/v1/orders/{id}/cancel', { path });
    const { vehicle, history } = await client.post('/vehicles', {
      body: { make: 'Make', model: 'Model', state: 'selling' },
    });
    await until('all events', () => receiver.accepted.length === 5);
    // Events of different things have no order.
    const types = typesOf(receiver);
    expect(types.toSorted()).toEqual([
      'availability.offered',
      'availability.withdrawn',
      'order.cancelled',
      'order.created',
      'vehicle.state_logged',
    ]);
    expect(types.filter((type) => type.startsWith('order.'))).toEqual(['order.created', 'order.cancelled']);
    const dataOf = (wanted: string) => receiver.accepted.find(({ type }) => type === wanted)?.data;
    const withdrawn = dataOf('availability.withdrawn');
    const end = dataOf('order.cancelled');
    const logged = dataOf('vehicle.state_logged');
    expect(withdrawn).toMatchObject({
      provider_id,
      more: false,
      slots: [{ slot_id: slots[0] }, { slot_id: slots[1] }],
    });
    expect(end).toEqual(cancelled);
    expect(logged).toEqual({ vehicle_id: vehicle.id, ...history[0] });
  });

  it('each of many changes by one statement is an event of its own', async () => {
    const { database } = open();
    await using receiver = await startReceiver(WEBHOOK_SECRET);
    await addWebhook(database, receiver.url, ['reservation.held']);
    const slots = await addSlots(database, 250);
    const [client = 0] = await addClients(database, 1);
    await using _worker = await startWorker(database);
    await database.statement((tx) =>
      sql`insert into reservation (slot_id, client_id, status, held_at, changed_at, expires_at)
            select slot, ${client}, 'held', now(), now(), now() + interval '1 hour' from unnest(${slots}::bigint[]) slot`.execute(
        tx,
      ),
    );
    await until('all events', () => receiver.accepted.length === 250, 30_000);
    expect(new Set(receiver.accepted.map(({ data }) => data.slot_id))).toEqual(new Set(slots));
  });

  it('many events of one thing arrive in order, also when they are sent again', async () => {
    const { database } = open();
    const events = 150;
    await using receiver = await startReceiver(WEBHOOK_SECRET);
    const webhook = await addWebhook(database, receiver.url, ['vehicle.*']);
    await using _worker = await startWorker(database);
    await database.transaction(async (tx) => {
      const { id } = await insertVehicle(tx, { make: 'Make', model: 'Model' });
      await sql`insert into state_log (vehicle_id, at, state)
        select ${id}, timestamptz '2030-01-01' + n * interval '1 second', n::text
          from generate_series(1, ${events}::integer) n`.execute(tx);
    });
    await until('all events', () => receiver.accepted.length === events, 30_000);
    await database.transaction((tx) => replayDeliveries(tx, null, webhook, '2000-01-01T00:00:00Z', null));
    await until('all events again', () => receiver.accepted.length === 2 * events, 30_000);
    const states = Array.from({ length: events }, (_, index) => String(index + 1));
    expect(receiver.accepted.map(({ data }) => data.state)).toEqual([...states, ...states]);
  });

  it('an event that cannot be described is kept, and holds back no other', async () => {
    const { database } = open();
    await using receiver = await startReceiver(WEBHOOK_SECRET);
    const webhook = await addWebhook(database, receiver.url, ['reservation.*']);
    await database.statement((tx) =>
      sql`insert into event (kind, type, webhook_ids) values ('unknown', 'unknown.type', array[${webhook}::bigint])`.execute(
        tx,
      ),
    );
    const [slot_id = 0] = await addSlots(database, 1);
    const [client_id = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    await using _worker = await startWorker(database);
    await running.client.post('/api/v1/reservations', { body: { client_id, slot_id } });
    await until('the hold', () => receiver.accepted.length === 1);
    const { rows } = await database.read((reader) =>
      sql`select from event where kind = 'unknown' and webhook_ids is not null`.execute(reader),
    );
    expect(rows).toHaveLength(1);
    await database.statement((tx) => sql`delete from event where kind = 'unknown'`.execute(tx));
  });

  it('a delivery that is pending after 30 days fails, and the next one of its thing becomes due', async () => {
    const { database } = open();
    await using receiver = await startReceiver(WEBHOOK_SECRET);
    receiver.behave(() => 500);
    const webhook = await addWebhook(database, receiver.url, ['reservation.*']);
    const [slot_id = 0] = await addSlots(database, 1);
    const [client_id = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    const { reservation_id: id } = await running.client.post('/api/v1/reservations', { body: { client_id, slot_id } });
    await running.client.post('/api/v1/reservations/{id}/confirm', { path: { id }, body: { client_id } });
    const states = async () => {
      const { rows } = await database.read((reader) =>
        sql<{ status: string; is_due: boolean }>`
          select status, coalesce(due_at <= holdfast_clock(), false) as is_due from webhook_delivery
           where webhook_id = ${webhook} order by id`.execute(reader),
      );
      return rows;
    };
    {
      await using _worker = await startWorker(database);
      await expect.poll(states).toHaveLength(2);
      await until('an attempt', () => receiver.received.length > 0);
    }
    await database.statement((tx) =>
      sql`update webhook_delivery set created_at = created_at - interval '31 days'
           where id = (select min(id) from webhook_delivery where webhook_id = ${webhook})`.execute(tx),
    );
    await keepDeliveries(database, new AbortController().signal);
    expect(await states()).toEqual([
      { status: 'failed', is_due: false },
      { status: 'pending', is_due: true },
    ]);
  });

  it('a receiver that answers 410 disables its webhook, and no other', async () => {
    const { database } = open();
    await using gone = await startReceiver(WEBHOOK_SECRET);
    await using receiver = await startReceiver(WEBHOOK_SECRET);
    gone.behave(() => 410);
    const goneId = await addWebhook(database, gone.url, null);
    await addWebhook(database, receiver.url, ['reservation.*']);
    const [slot_id = 0] = await addSlots(database, 1);
    const [client_id = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    await using _worker = await startWorker(database);
    await running.client.post('/api/v1/reservations', { body: { client_id, slot_id } });
    await until('the other webhook', () => receiver.accepted.length === 1);
    await until('the first webhook', () => gone.received.length > 0);
    const state = async () => {
      const { rows } = await database.read((reader) =>
        sql<{ id: Id; status: string }>`
          select id, status from webhook where status = 'disabled' and disabled_reason is not null`.execute(reader),
      );
      return rows;
    };
    await expect.poll(state).toEqual([{ id: goneId, status: 'disabled' }]);
  });

  it('five failures in a row are noted, and one success ends that', async () => {
    const { database } = open();
    await using receiver = await startReceiver(WEBHOOK_SECRET);
    receiver.behave(() => 500);
    const webhook = await addWebhook(database, receiver.url, ['reservation.held']);
    const slots = await addSlots(database, 6);
    const [client_id = 0] = await addClients(database, 1);
    await using running = await openListeningApp(database);
    await using _worker = await startWorker(database);
    const isFailing = async () => {
      const { rows } = await database.read((reader) =>
        sql<{ failing: boolean }>`
          select failing_since is not null as failing from webhook where id = ${webhook}`.execute(reader),
      );
      return rows[0]?.failing;
    };
    for (const slot_id of slots.slice(0, 5)) {
      await running.client.post('/api/v1/reservations', { body: { client_id, slot_id } });
    }
    await expect.poll(isFailing, { timeout: 5_000 }).toBe(true);
    receiver.behave(() => 204);
    await running.client.post('/api/v1/reservations', { body: { client_id, slot_id: slots[5] ?? 0 } });
    await expect.poll(isFailing, { timeout: 5_000 }).toBe(false);
  });
});
