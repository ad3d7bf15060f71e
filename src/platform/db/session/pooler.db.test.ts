import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answersToBooking, BOOKED_AT } from '../../../../test/support/bookings/booking-answers.ts';
import { ODD, quoted } from '../../../../test/support/database/odd-settings.ts';
import { type OwnPooler, onPooled, startOwnPooler } from '../../../../test/support/database/own-pooler.ts';
import { onServer } from '../../../../test/support/database/services.ts';
import { openTestDatabase } from '../../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import { requireSession } from '../check-pooler.ts';
import type { Database } from '../database.ts';
import { openPostgres } from '../postgres-driver.ts';

/** Settings that another client of the pooler leaves behind on the connections to the server. */
const LEFT_BEHIND = { ...ODD, synchronous_commit: 'off' };

onPooled('behind PgBouncer in transaction mode', (open) => {
  let pooler: OwnPooler;
  let database: Database;
  const direct = () => open().url ?? '';
  const pooled = () => pooler.through(direct());
  const openPooled = (directUrl: string | undefined = direct()) =>
    openPostgres({ url: pooled(), directUrl, constraints: {}, onBroken() {} });

  beforeAll(async () => {
    // One connection to the server, so that it certainly is the one that another client has changed.
    pooler = await startOwnPooler(direct(), { connections: 1 });
    database = openPooled();
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await pooler[Symbol.asyncDispose]();
  });

  /** Settings as another client of the pooler makes them: for the session, which it does not own. */
  async function leaveBehind(settings: Readonly<Record<string, string>>, url = pooled()): Promise<void> {
    for (const [name, value] of Object.entries(settings)) await onServer(url, `set ${name} to ${quoted(value)}`);
  }

  const settingsOf = async (on: Database) => {
    const names = Object.keys(LEFT_BEHIND).filter((name) => !/^(default_transaction|idle_session)/.test(name));
    const read = sql.raw<{ name: string; setting: string }>(
      `select name, setting from pg_catalog.pg_settings where name in ('${names.join("', '")}', 'transaction_isolation')`,
    );
    return {
      alone: (await on.read((reader) => read.execute(reader))).rows,
      inTransaction: await on.transaction(async (tx) => {
        await sql`select 1`.execute(tx);
        return (await read.execute(tx)).rows;
      }),
    };
  };

  it('settings that another client has left behind reach no statement and no transaction', async () => {
    await using straight = openPostgres({ url: direct(), constraints: {}, onBroken() {} });
    const expected = await settingsOf(straight);
    await leaveBehind(LEFT_BEHIND);
    expect(await settingsOf(database)).toEqual(expected);
    // The control: a program that sets nothing for its transactions has them.
    await using plain = openPostgres({ url: pooled(), constraints: {}, onBroken() {} });
    await plain.read((reader) => sql`select 1`.execute(reader));
    await leaveBehind(LEFT_BEHIND);
    expect(await settingsOf(plain)).not.toEqual(expected);
  });

  it('a temporary table that another client has left behind hides no table', async () => {
    await onServer(pooled(), 'create temporary table provider (id bigint)');
    const seen = database.read((reader) => sql`select first_name from provider`.execute(reader));
    await expect(seen).resolves.toBeDefined();
    await onServer(pooled(), 'drop table pg_temp.provider');
  });

  it('a booking through it gets the answers that it gets without it, whatever another client has set', async () => {
    await using one = await openTestDatabase('postgres');
    await using other = await openTestDatabase('postgres');
    for (const { clock } of [one, other]) await clock.freeze(BOOKED_AT);
    const url = pooler.through(other.url ?? '');
    await leaveBehind(LEFT_BEHIND, url);
    await using behind = openPostgres({ url, directUrl: other.url, constraints: {}, onBroken() {} });
    expect(await answersToBooking(behind)).toEqual(await answersToBooking(one.database));
  });

  it('a statement that fails leaves nothing behind, and the connection in order', async () => {
    const fail = database.statement((tx) =>
      sql`with made as (insert into client (first_name, last_name) values ('half', '') returning id)
          select 1 / (id - id) from made`.execute(tx),
    );
    await expect(fail).rejects.toMatchObject({ code: '22012' });
    const { rows } = await database.read((reader) =>
      sql`select (select count(*) from client where first_name = 'half') as stored,
                 current_setting('TimeZone') as zone`.execute(reader),
    );
    expect(rows).toEqual([{ stored: 0, zone: 'UTC' }]);
  });

  it('a pooler in transaction mode is refused where a session is needed, and one in session mode is not', async () => {
    const busy = openPooled();
    await expect(requireSession(pooled(), 'DATABASE_URL')).rejects.toThrow(/pooler .* Set DATABASE_DIRECT_URL/);
    await using many = await startOwnPooler(direct(), { connections: 20 });
    // Several idle connections to the server, of which the pooler may give any to anyone.
    await Promise.all(Array.from({ length: 10 }, () => onServer(many.through(direct()), 'select pg_sleep(0.05)')));
    await expect(requireSession(many.through(direct()), 'DATABASE_DIRECT_URL')).rejects.toThrow(/Set it to PostgreSQL/);
    await using keeping = await startOwnPooler(direct(), { mode: 'session' });
    await requireSession(keeping.through(direct()), 'DATABASE_URL');
    await requireSession(direct(), 'DATABASE_URL');
    await busy[Symbol.asyncDispose]();
  });

  it('every hold acknowledged while PgBouncer restarts is stored once, and holds go on afterwards', async () => {
    await open().clock.freeze(BOOKED_AT);
    const app = await openTestApp(database, { MIN_NOTICE: '0s' });
    try {
      const send = async (path: string, body: object) => ask(app, 'POST', path, body);
      const { body: provider } = await send('/api/v1/providers', { first_name: 'A', last_name: 'B' });
      const { body: client } = await send('/api/v1/clients', { first_name: 'C', last_name: 'D' });
      const { provider_id } = provider as { provider_id: number };
      const { client_id } = client as { client_id: number };
      const ranges = [{ start_time: '2026-11-10T00:00:00Z', end_time: '2026-11-14T00:00:00Z' }];
      const offered = await send(`/api/v1/providers/${provider_id}/availability`, { ranges });
      const slots = (offered.body as { slots: { slot_id: number }[] }).slots;
      const acknowledged: number[] = [];
      const statuses = new Set<number>();
      let isRestarted = false;
      let heldAfterwards = 0;
      const buyer = async () => {
        for (let slot = slots.pop(); slot && heldAfterwards < 40; slot = slots.pop()) {
          const { status, body } = await send('/api/v1/reservations', { client_id, slot_id: slot.slot_id });
          statuses.add(status);
          if (status !== 201) continue;
          acknowledged.push((body as { reservation_id: number }).reservation_id);
          if (isRestarted) heldAfterwards += 1;
        }
      };
      const buyers = Array.from({ length: 8 }, buyer);
      await expect.poll(() => acknowledged.length).toBeGreaterThan(20);
      await pooler.restart();
      isRestarted = true;
      await Promise.all(buyers);
      expect(heldAfterwards).toBeGreaterThanOrEqual(40);
      expect([...statuses].filter((status) => status !== 201 && status !== 503)).toEqual([]);
      await using straight = openPostgres({ url: direct(), constraints: {}, onBroken() {} });
      const { rows } = await straight.read((reader) =>
        sql<{ id: number }>`select id from reservation where client_id = ${client_id}`.execute(reader),
      );
      const stored = new Set(rows.map(({ id }) => id));
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
      expect(new Set(acknowledged).size).toBe(acknowledged.length);
    } finally {
      await app.close();
    }
  });
});
