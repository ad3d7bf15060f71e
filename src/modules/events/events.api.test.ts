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
import { EventLog, forgetOldEvents } from './event-log.ts';

type Events = AsyncGenerator<HoldfastEvent, void, undefined>;

async function next(events: Events): Promise<HoldfastEvent> {
  const { value } = await events.next();
  if (!value) throw new Error('the stream has ended');
  return value;
}

/** One connection as it is on the wire, in blocks. */
class Wire implements AsyncDisposable {
  readonly #stop = new AbortController();
  #reader: ReadableStreamDefaultReader<string> | undefined;
  #rest = '';

  async open(url: string, lastEventId?: string): Promise<Response> {
    const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await fetch(url, { headers, signal: this.#stop.signal });
    this.#reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    return response;
  }

  /** The next block that matches, and those before it; `undefined` at the end of the stream. */
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

  it('tells who asks what happens to slots and reservations', async () => {
    await using running = await start();
    const { client } = running;
    const { provider_id, client_id, slots } = await offerSlots(client, 2);
    const stop = new AbortController();
    const events = client.events({ topics: ['slots', 'reservations'], providerId: provider_id, signal: stop.signal });
    expect(await next(events)).toEqual({ type: 'ready', data: {} });

    // Another provider's, which this listener has not asked for.
    await offerSlots(client, 1);
    const [slot_id = 0] = slots;
    const { reservation_id } = await client.post('/api/v1/reservations', { body: { client_id, slot_id } });
    await client.post('/api/v1/reservations/{id}/confirm', { path: { id: reservation_id }, body: { client_id } });

    const heard: HoldfastEvent[] = [];
    while (heard.filter(({ type }) => type === 'reservation').length < 2) heard.push(await next(events));
    const held = { reservation_id, slot_id, provider_id, status: 'held' };
    expect(heard.slice(-4)).toEqual([
      { type: 'slot', data: { slot_id, provider_id } },
      { type: 'reservation', data: held },
      { type: 'slot', data: { slot_id, provider_id } },
      { type: 'reservation', data: { ...held, status: 'confirmed' } },
    ]);
    // What was committed just before may be told as well, but nothing of others.
    const providers = heard.map(({ data }) => ('provider_id' in data ? data.provider_id : undefined));
    expect(new Set(providers)).toEqual(new Set([provider_id]));
    stop.abort();
    expect((await events.next()).done).toBe(true);
  });

  it('goes on after a cut where it was, and says so when that is too long ago', async () => {
    await using running = await start();
    const { client, url } = running;
    const { client_id, slots } = await offerSlots(client, 3);
    const hold = (index: number) =>
      client.post('/api/v1/reservations', { body: { client_id, slot_id: slots[index] ?? 0 } });
    const address = `${url}${EVENTS}?topics=reservations`;

    let id: string;
    {
      await using wire = new Wire();
      const response = await wire.open(address);
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('x-accel-buffering')).toBe('no');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      await wire.until(/event: ready/);
      const first = await hold(0);
      const told = await wire.until(/event: reservation/);
      expect(told).toContain(`"reservation_id":${first.reservation_id},`);
      id = lastId(told);
    }
    const missed = await hold(1);
    {
      await using wire = new Wire();
      await wire.open(address, id);
      const told = await wire.until(/event: reservation/);
      expect(told?.match(/reservation_id":\d+/g)).toEqual([`reservation_id":${missed.reservation_id}`]);
      const later = await hold(2);
      expect(await wire.until(/event: reservation/)).toContain(`"reservation_id":${later.reservation_id},`);
    }
    const forget = () => open().database.transaction((tx) => forgetOldEvents(tx, '-1 hour'));
    // Another program's transaction on the same server may be in the way for a moment.
    while ((await forget()) > 0 || (await countEvents()) > 0);
    await using wire = new Wire();
    await wire.open(address, id);
    const told = await wire.until(/event: (ready|reset|reservation)/);
    expect(told).toContain('event: reset');
    expect(lastId(told)).not.toBe(id);
  });

  async function countEvents(): Promise<number> {
    const { rows } = await open().database.read((reader) =>
      sql<{ n: number }>`select count(*)::integer as n from event`.execute(reader),
    );
    return rows[0]?.n ?? 0;
  }

  it('refuses what it cannot read', async () => {
    await using running = await start();
    const ask = (query: string, headers: Record<string, string> = {}) =>
      running.app.inject({ url: `${EVENTS}${query}`, headers });
    expect((await ask('?topics=slots,weather')).json().errors[0].path).toBe('query/topics');
    expect((await ask('?topics=')).statusCode).toBe(400);
    expect((await ask('?provider_id=0')).statusCode).toBe(400);
    expect((await ask('', { 'last-event-id': '17' })).json().errors[0].path).toBe('headers/last-event-id');
    expect((await running.app.inject({ method: 'HEAD', url: EVENTS })).statusCode).toBe(405);
  });

  it('ends with the server', async () => {
    await using wire = new Wire();
    {
      await using running = await start();
      await wire.open(`${running.url}${EVENTS}`);
      await wire.until(/event: ready/);
    }
    expect(await wire.until(/never/)).toBeUndefined();
  });

  it('cuts off who does not read, while others write and hear everything', async () => {
    await using running = await start();
    const { client, url } = running;
    const { client_id, slots } = await offerSlots(client, 1);
    const stop = new AbortController();
    const events = client.events({ topics: ['reservations', 'bookings'], signal: stop.signal });
    await next(events);
    const { hostname, port } = new URL(url);
    const sleeper = connect(Number(port), hostname);
    await once(sleeper, 'connect');
    sleeper.on('error', () => {});
    sleeper.write(`GET ${EVENTS} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    await once(sleeper, 'readable');

    // 24 MB: more than the network keeps for somebody who does not read.
    await open().database.transaction(async (tx) => {
      await sql`
        insert into event (kind, facts, reservations, slots, providers)
        select 'reservation', '{"status": "held"}', ids, ids, ids
          from generate_series(0, 599) statement,
               lateral (select array_agg(1000000 + statement * 200 + n) as ids from generate_series(1, 200) n) each`.execute(
        tx,
      );
      await sql`select pg_notify('holdfast_change', '{"topic": "claim", "keys": null}')`.execute(tx);
    });
    const held = await client.post('/api/v1/reservations', { body: { client_id, slot_id: slots[0] ?? 0 } });

    const heard = new Set<number>();
    while (!heard.has(held.reservation_id)) {
      const event = await next(events);
      if (event.type === 'reservation') heard.add(event.data.reservation_id);
      expect(event.type).not.toBe('reset');
    }
    expect(heard.size).toBe(600 * 200 + 1);
    stop.abort();
    const { body } = await running.app.inject('/metrics');
    const cutOff = Number(/^holdfast_event_listeners_cut_off (\d+)$/m.exec(body)?.[1]);
    expect(cutOff).toBeGreaterThanOrEqual(1);
    sleeper.resume();
    if (!sleeper.closed) await once(sleeper, 'close');
  });
});

it('has room for a thousand, and then says when to ask again', async () => {
  await using opened = await openTestDatabase(eitherKind());
  const feed = await opened.database.openFeed(new SampledClock(), createLogger('silent'));
  await using hub = new EventHub(new EventLog(opened.database), feed, [], createLogger('silent'));
  for (let count = 0; count < 1_000; count += 1) hub.enter();
  expect(() => hub.enter()).toThrow('1000 connections listen here already');
  hub.leave();
  hub.enter();
  expect(hub.load().connections).toBe(1_000);
});
