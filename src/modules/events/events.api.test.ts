import { once } from 'node:events';
import { connect } from 'node:net';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { HoldfastEvent } from '../../../client/index.ts';
import { eachDatabase, eitherKind, openTestDatabase } from '../../../test/support/database/test-database.ts';
import { type ListeningApp, offerSlots, openListeningApp } from '../../../test/support/server/listening-app.ts';
import { SampledClock } from '../../platform/db/database-clock.ts';
import { createLogger } from '../../platform/logger.ts';
import { EventHub } from './event-hub.ts';
import { deleteOldEvents, EventLog } from './event-log.ts';

type Events = AsyncGenerator<HoldfastEvent, void, undefined>;

async function next(events: Events): Promise<HoldfastEvent> {
  const { value } = await events.next();
  if (!value) throw new Error('the stream has ended');
  return value;
}

/** One connection, read as text in blocks. */
class RawStream implements AsyncDisposable {
  readonly #stop = new AbortController();
  #reader: ReadableStreamDefaultReader<string> | undefined;
  #rest = '';

  async open(url: string, lastEventId?: string): Promise<Response> {
    const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await fetch(url, { headers, signal: this.#stop.signal });
    this.#reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    return response;
  }

  /** Reads up to the next block that matches. Returns `undefined` at the end of the stream. */
  async until(pattern: RegExp): Promise<string | undefined> {
    let seen = '';
    for (;;) {
      const at = this.#rest.indexOf('\n\n');
      if (at < 0) {
        const read = await this.#reader?.read();
        if (!read || read.done) return undefined;
        this.#rest += read.value;
        continue;
      }
      const block = this.#rest.slice(0, at + 2);
      this.#rest = this.#rest.slice(at + 2);
      seen += block;
      if (pattern.test(block)) return seen;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
  }
}

function lastId(text: string | undefined): string {
  return [...(text ?? '').matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? '';
}

const EVENTS = '/api/v1/events';

eachDatabase('the live stream', (open) => {
  async function start(): Promise<ListeningApp> {
    return openListeningApp(open().database);
  }

  it('a listener receives the changes of slots and reservations of its provider', async () => {
    await using running = await start();
    const { client } = running;
    const { provider_id, client_id, slots } = await offerSlots(client, 2);
    const stop = new AbortController();
    const events = client.events({ topics: ['slots', 'reservations'], providerId: provider_id, signal: stop.signal });
    expect(await next(events)).toEqual({ type: 'ready', data: {} });

    // A slot of another provider, which this listener has not requested.
    await offerSlots(client, 1);
    const [slot_id = 0] = slots;
    const { reservation_id } = await client.post('/api/v1/reservations', { body: { client_id, slot_id } });
    await client.post('/api/v1/reservations/{id}/confirm', { path: { id: reservation_id }, body: { client_id } });

    const received: HoldfastEvent[] = [];
    while (received.filter(({ type }) => type === 'reservation').length < 2) received.push(await next(events));
    const held = { reservation_id, slot_id, provider_id, status: 'held', type: 'reservation.held' };
    expect(received.slice(-4)).toEqual([
      { type: 'slot', data: { slot_id, provider_id } },
      { type: 'reservation', data: held },
      { type: 'slot', data: { slot_id, provider_id } },
      { type: 'reservation', data: { ...held, status: 'confirmed', type: 'reservation.confirmed' } },
    ]);
    // Events committed just before may be sent as well, but none of other providers.
    const providers = received.map(({ data }) => ('provider_id' in data ? data.provider_id : undefined));
    expect(new Set(providers)).toEqual(new Set([provider_id]));
    stop.abort();
    expect((await events.next()).done).toBe(true);
  });

  it('a listener that reconnects continues after its last id, or gets reset if that is too long ago', async () => {
    await using running = await start();
    const { client, url } = running;
    const { client_id, slots } = await offerSlots(client, 3);
    const hold = (index: number) =>
      client.post('/api/v1/reservations', { body: { client_id, slot_id: slots[index] ?? 0 } });
    const address = `${url}${EVENTS}?topics=reservations`;

    let id: string;
    {
      await using stream = new RawStream();
      const response = await stream.open(address);
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('x-accel-buffering')).toBe('no');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      await stream.until(/event: ready/);
      const first = await hold(0);
      const text = await stream.until(/event: reservation/);
      expect(text).toContain(`"reservation_id":${first.reservation_id},`);
      id = lastId(text);
    }
    const missed = await hold(1);
    {
      await using stream = new RawStream();
      await stream.open(address, id);
      const text = await stream.until(/event: reservation/);
      expect(text?.match(/reservation_id":\d+/g)).toEqual([`reservation_id":${missed.reservation_id}`]);
      const later = await hold(2);
      expect(await stream.until(/event: reservation/)).toContain(`"reservation_id":${later.reservation_id},`);
    }
    const deleteAll = () => open().database.transaction((tx) => deleteOldEvents(tx, '-1 hour'));
    // A transaction of another program on the same server may withhold events for a moment.
    while ((await deleteAll()) > 0 || (await countEvents()) > 0);
    await using stream = new RawStream();
    await stream.open(address, id);
    const text = await stream.until(/event: (ready|reset|reservation)/);
    expect(text).toContain('event: reset');
    expect(lastId(text)).not.toBe(id);
  });

  async function countEvents(): Promise<number> {
    const { rows } = await open().database.read((reader) =>
      sql<{ n: number }>`select count(*)::integer as n from event`.execute(reader),
    );
    return rows[0]?.n ?? 0;
  }

  it('malformed topics, providers and event ids return 400, and HEAD returns 405', async () => {
    await using running = await start();
    const ask = (query: string, headers: Record<string, string> = {}) =>
      running.app.inject({ url: `${EVENTS}${query}`, headers });
    expect((await ask('?topics=slots,weather')).json().errors[0].path).toBe('query/topics');
    expect((await ask('?topics=')).statusCode).toBe(400);
    expect((await ask('?provider_id=0')).statusCode).toBe(400);
    expect((await ask('', { 'last-event-id': '17' })).json().errors[0].path).toBe('headers/last-event-id');
    expect((await running.app.inject({ method: 'HEAD', url: EVENTS })).statusCode).toBe(405);
  });

  it('the stream ends when the server stops', async () => {
    await using stream = new RawStream();
    {
      await using running = await start();
      await stream.open(`${running.url}${EVENTS}`);
      await stream.until(/event: ready/);
    }
    expect(await stream.until(/never/)).toBeUndefined();
  });

  it('a listener that does not read is disconnected, and another one receives every event', async () => {
    await using running = await start();
    const { client, url } = running;
    const { client_id, slots } = await offerSlots(client, 1);
    const stop = new AbortController();
    const events = client.events({ topics: ['reservations', 'bookings'], signal: stop.signal });
    await next(events);
    const { hostname, port } = new URL(url);
    const slow = connect(Number(port), hostname);
    await once(slow, 'connect');
    slow.on('error', () => {});
    slow.write(`GET ${EVENTS} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    await once(slow, 'readable');

    // 24 MB: more than the network buffers for a client that does not read.
    await open().database.transaction(async (tx) => {
      await sql`
        insert into event (kind, attributes, reservation_ids, slot_ids, provider_ids)
        select 'reservation', '{"status": "held"}', ids, ids, ids
          from generate_series(0, 599) statement,
               lateral (select array_agg(1000000 + statement * 200 + n) as ids from generate_series(1, 200) n) each`.execute(
        tx,
      );
      await sql`select pg_notify('holdfast_change', '{"topic": "claim", "keys": null}')`.execute(tx);
    });
    const held = await client.post('/api/v1/reservations', { body: { client_id, slot_id: slots[0] ?? 0 } });

    const seen = new Set<number>();
    while (!seen.has(held.reservation_id)) {
      const event = await next(events);
      if (event.type === 'reservation') seen.add(event.data.reservation_id);
      expect(event.type).not.toBe('reset');
    }
    expect(seen.size).toBe(600 * 200 + 1);
    stop.abort();
    const { body } = await running.app.inject('/metrics');
    const cutOff = Number(/^holdfast_event_listeners_cut_off (\d+)$/m.exec(body)?.[1]);
    expect(cutOff).toBeGreaterThanOrEqual(1);
    slow.resume();
    if (!slow.closed) await once(slow, 'close');
  });
});

it('the listener after the thousandth is refused with a time to retry', async () => {
  await using opened = await openTestDatabase(eitherKind());
  const feed = await opened.database.openFeed(new SampledClock(), createLogger('silent'));
  await using hub = new EventHub(new EventLog(opened.database), feed, [], createLogger('silent'));
  for (let count = 0; count < 1_000; count += 1) hub.enter();
  expect(() => hub.enter()).toThrow('This instance has 1000 listeners, its maximum. Connect again in 5 seconds.');
  hub.leave();
  hub.enter();
  expect(hub.load().connections).toBe(1_000);
});
