import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { BookingApi, type ListedReservation, nextPageOf } from '../../../../test/support/bookings/booking-api.ts';
import { addSlots } from '../../../../test/support/database/seed-tables.ts';
import { brokenInvariants } from '../../../../test/support/database/stored-invariants.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { openTestApp } from '../../../../test/support/server/test-app.ts';
import type { Reader } from '../../../platform/db/database.ts';
import { readSlot } from '../availability/availability-view.ts';
import { listReservations } from './reservation-view.ts';

const NOW = '2026-11-02T08:00:00Z';
const UNKNOWN_ID = 999_999_999;

eachDatabase('GET /api/v1/reservations', (open) => {
  let api: BookingApi;
  let harry: number;
  let john: number;

  beforeEach(() => open().clock.freeze(NOW));
  beforeAll(async () => {
    api = new BookingApi(await openTestApp(open().database));
    [harry, john] = [await api.createClient(), await api.createClient()];
  });

  /** A new provider with quarter-hours from 10:00 on, and their ids. */
  async function offerQuarters(count: number): Promise<{ provider: number; slots: readonly number[] }> {
    const { provider, slots } = await api.offerQuarters(count);
    return { provider, slots: slots.map(({ slot_id }) => slot_id) };
  }

  async function hold(client: number, slot: number | undefined): Promise<number> {
    return (await api.hold(client, slot)).reservation_id;
  }

  async function list(query: string): Promise<readonly ListedReservation[]> {
    const url = `/api/v1/reservations?${query}`;
    return (await api.require<{ reservations: ListedReservation[] }>(200, 'GET', url)).reservations;
  }

  async function listIds(query: string): Promise<number[]> {
    return (await list(query)).map(({ reservation_id }) => reservation_id);
  }

  /** The ids on each page of a list. */
  async function readPages(query: string): Promise<number[][]> {
    const pages: number[][] = [];
    let url: string | undefined = `/api/v1/reservations?${query}`;
    while (url !== undefined && pages.length < 10) {
      const answer = await api.send('GET', url);
      const { reservations } = answer.body as { reservations: ListedReservation[] };
      pages.push(reservations.map(({ reservation_id }) => reservation_id));
      url = nextPageOf(answer);
    }
    return pages;
  }

  it('a list by provider has the reservations of all clients, and none of another provider', async () => {
    const own = await offerQuarters(2);
    const other = await offerQuarters(1);
    const ids = [await hold(harry, own.slots[1]), await hold(john, own.slots[0])];
    await hold(harry, other.slots[0]);
    expect(await listIds(`provider_id=${own.provider}`)).toEqual(ids);
    expect(await list(`provider_id=${own.provider}`)).toMatchObject([
      { slot_id: own.slots[1], client_id: harry, provider_id: own.provider, status: 'held' },
      { slot_id: own.slots[0], client_id: john, provider_id: own.provider, status: 'held' },
    ]);
  });

  it('a list by provider is read page by page, by id', async () => {
    const { provider, slots } = await offerQuarters(5);
    const ids: number[] = [];
    for (const slot of slots.toReversed()) ids.push(await hold(harry, slot));
    await api.change('cancel', ids[2] ?? 0, harry);
    const pages = await readPages(`provider_id=${provider}&limit=2&from=2026-12-30`);
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
  });

  it('a list by client is read page by page, by id', async () => {
    const client = await api.createClient();
    const slot = await api.offerSlot(5);
    const ids: number[] = [];
    for (let count = 0; count < 5; count += 1) ids.push(await hold(client, slot));
    expect((await readPages(`client_id=${client}&limit=2`)).flat()).toEqual(ids);
  });

  it('a half-open range selects the reservations of slots that touch it', async () => {
    const { provider, slots } = await offerQuarters(3);
    const [first, second, third] = [
      await hold(harry, slots[0]),
      await hold(harry, slots[1]),
      await hold(harry, slots[2]),
    ];
    const within = (from: string, to: string) => listIds(`provider_id=${provider}&from=${from}&to=${to}`);
    expect(await within('2026-12-30T10:15Z', '2026-12-30T10:30Z')).toEqual([second]);
    expect(await within('2026-12-30T10:14:59Z', '2026-12-30T10:30:01Z')).toEqual([first, second, third]);
    expect(await within('2026-12-30', '2026-12-31')).toEqual([first, second, third]);
    expect(await within('2026-12-31', '2027-01-31')).toEqual([]);
    expect(await listIds(`provider_id=${provider}&from=2026-12-30T10:30Z`)).toEqual([third]);
    expect(await listIds(`provider_id=${provider}&to=2026-12-30T10:15Z`)).toEqual([first]);
  });

  it('a list of live reservations has a hold up to the very instant it expires, with no sweep run', async () => {
    const { provider, slots } = await offerQuarters(4);
    const [running, confirmed, cancelled] = [
      await hold(harry, slots[0]),
      await hold(harry, slots[1]),
      await hold(harry, slots[2]),
    ];
    await api.change('confirm', confirmed, harry);
    await api.change('cancel', cancelled, harry);
    const live = `provider_id=${provider}&live=true`;
    await open().clock.freeze('2026-11-02T08:29:59.999999Z');
    expect(await listIds(live)).toEqual([running, confirmed]);
    await open().clock.freeze('2026-11-02T08:30:00Z');
    expect(await listIds(live)).toEqual([confirmed]);
    const all = [
      { reservation_id: running, status: 'expired' },
      { reservation_id: confirmed, status: 'confirmed' },
      { reservation_id: cancelled, status: 'cancelled' },
    ];
    expect(await list(`provider_id=${provider}&live=false`)).toMatchObject(all);
    await api.require(200, 'PUT', '/provider/expiredReservations');
    expect(await list(`provider_id=${provider}`)).toMatchObject(all);
    expect(await listIds(live)).toEqual([confirmed]);
  });

  it('a page is decided by one reading of the clock', async () => {
    const { provider, slots } = await offerQuarters(3);
    for (const slot of slots) await hold(harry, slot);
    const seen = new Set<string>();
    for (const second of ['30:00', '29:59.999999', '29:59.999998', '29:59.999997', '29:59.999996']) {
      // From here on each reading of the clock is a microsecond after the previous one.
      await open().clock.tick(`2026-11-02T08:${second}Z`);
      const listed = await list(`provider_id=${provider}&live=true`);
      seen.add(listed.map(({ status }) => status).join());
    }
    expect([...seen].sort()).toEqual(['', 'held,held,held']);
  });

  it('a list by client has the same filters', async () => {
    const client = await api.createClient();
    const { slots } = await offerQuarters(3);
    const [first, second] = [await hold(client, slots[0]), await hold(client, slots[1])];
    const confirmed = await hold(client, slots[2]);
    await api.change('confirm', confirmed, client);
    await api.change('cancel', first, client);
    const own = `client_id=${client}`;
    expect(await listIds(own)).toEqual([first, second, confirmed]);
    expect(await listIds(`${own}&live=true`)).toEqual([second, confirmed]);
    expect(await listIds(`${own}&from=2026-12-30T10:15Z&to=2026-12-30T10:30Z`)).toEqual([second]);
    await open().clock.freeze('2026-11-02T08:30:00Z');
    expect(await listIds(`${own}&live=true&limit=1`)).toEqual([confirmed]);
  });

  it('a list by provider has the reservations that were kept on withdrawn time', async () => {
    const { provider, slots } = await offerQuarters(2);
    const kept = await hold(harry, slots[0]);
    const url = `/api/v1/providers/${provider}/availability?start=2026-12-30T10:00:00Z&end=2026-12-30T11:00:00Z`;
    await api.require(200, 'DELETE', `${url}&reservations=keep`);
    expect(await list(`provider_id=${provider}&live=true`)).toMatchObject([{ reservation_id: kept, status: 'held' }]);
    await api.require(200, 'DELETE', `${url}&reservations=cancel`);
    expect(await list(`provider_id=${provider}&live=true`)).toEqual([]);
    expect(await list(`provider_id=${provider}`)).toMatchObject([{ reservation_id: kept, status: 'cancelled' }]);
  });

  it.each([
    ['', 'query must have client_id or provider_id'],
    ['live=true', 'query must have client_id or provider_id'],
    ['client_id=1&provider_id=1', 'query/provider_id must not be given together with client_id'],
    ['provider_id=0', 'query/provider_id must be a whole number from 1 to 2^53-1'],
    ['provider_id=1&from=yesterday', 'query/from must be a time such as 2026-12-30T10:00:00Z or 2026-12-30 10:00'],
    ['provider_id=1&to=2026-02-30', 'query/to must be a time such as 2026-12-30T10:00:00Z or 2026-12-30 10:00'],
  ])('the query ?%s returns 400', async (query, sentence) => {
    const { status, body } = await api.send('GET', `/api/v1/reservations?${query}`);
    const { errors } = body as { errors: { path: string; message: string }[] };
    expect([status, errors.map(({ path, message }) => `${path} ${message}`)]).toEqual([400, [sentence]]);
  });

  it.each([false, true])(
    'with onlyLive=%s, the first and a late page by provider read as few rows',
    async (onlyLive) => {
      const { database } = open();
      const [slotId] = await addSlots(database, 1, 9_000);
      await addSlots(database, 500);
      await database.transaction((tx) =>
        sql`
        insert into reservation (slot_id, client_id, status, held_at, expires_at, changed_at, decided_at)
        select ${slotId}, ${harry}, case n % 10 when 0 then 'cancelled' else 'confirmed' end,
               now() - interval '1 hour', now(), now(), case n % 10 when 0 then null else now() - interval '1 hour' end
          from generate_series(1, 5000) n`.execute(tx),
      );
      const slot = await database.read((reader) => readSlot(reader, slotId ?? 0));
      const filter = {
        party: { role: 'provider', id: slot.provider_id ?? 0 },
        from: undefined,
        to: undefined,
        onlyLive,
      } as const;
      const readPage = (afterId: number, isRange = false) =>
        database.transaction(async (reader) => {
          const from = isRange ? '2026-01-01T00:00:00Z' : undefined;
          const before = await countRowsRead(reader);
          const page = await listReservations(reader, { ...filter, from }, afterId, 10);
          return { page, rowsRead: (await countRowsRead(reader)) - before };
        });
      const first = await readPage(0);
      expect(first.page).toHaveLength(10);
      const late = await readPage((first.page[0]?.reservation_id ?? 0) + 4_500);
      expect(late.page).toHaveLength(10);
      for (const { rowsRead } of [first, late]) expect(rowsRead).toBeLessThanOrEqual(40);
      // The control: a range gathers before it takes the first ten.
      expect((await readPage(0, true)).rowsRead).toBeGreaterThan(4_000);
    },
  );

  it('a reservation keeps the provider of its slot, whichever program writes', async () => {
    const { database } = open();
    const [own, other] = [await offerQuarters(2), await offerQuarters(2)];
    const id = await hold(harry, own.slots[0]);
    await api.change('reschedule', id, harry, { slot_id: other.slots[0] ?? 0 });
    expect([await listIds(`provider_id=${own.provider}`), await listIds(`provider_id=${other.provider}`)]).toEqual([
      [],
      [id],
    ]);
    await database.transaction((tx) =>
      sql`update reservation set slot_id = ${own.slots[1]} where id = ${id}`.execute(tx),
    );
    expect(await listIds(`provider_id=${own.provider}`)).toEqual([id]);
    const moved = await api.createProvider();
    await database.transaction((tx) =>
      sql`update slot set provider_id = ${moved} where id = ${own.slots[1]}`.execute(tx),
    );
    expect(await listIds(`provider_id=${moved}`)).toEqual([id]);
    expect(await brokenInvariants(database)).toEqual([]);
  });

  it('a list by an unknown client or provider returns 404, and by one without reservations is empty', async () => {
    const parties = { client: await api.createClient(), provider: await api.createProvider() };
    for (const [role, id] of Object.entries(parties)) {
      expect(await list(`${role}_id=${id}`)).toEqual([]);
      const url = `/api/v1/reservations?${role}_id=${UNKNOWN_ID}&live=true`;
      expect(await api.requireProblem(404, 'GET', url)).toBe(`no-such-${role}`);
    }
  });
});

/** Rows of reservations and slots that this session has read so far. The counter may start again between transactions. */
async function countRowsRead(reader: Reader): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::integer as count
      from pg_stat_xact_user_tables where relname in ('reservation', 'slot')`.execute(reader);
  return rows[0]?.count ?? 0;
}
