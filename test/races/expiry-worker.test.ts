import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import type { Id } from '../../src/platform/ids.ts';
import { type AnnouncedEnds, delaysOf, listenToEnds } from '../support/bookings/announced-ends.ts';
import { addClients, addSlots } from '../support/database/seed-tables.ts';
import { onPostgres } from '../support/database/test-database.ts';
import { type ChildServer, startChildServer } from '../support/server/child-server.ts';
import { openListeningApp } from '../support/server/listening-app.ts';

/** How late the end of a hold may be announced, whichever instance dies. */
const WITHIN_MS = 1_000;
const ROUNDS = 3;
const HOLDS = 300;
/** The holds of a round expire one after another during this time, and an instance is lost in its middle. */
const SPREAD_MS = 2_000;

onPostgres('holds that expire while instances are lost', (open) => {
  async function insertHolds(holds: number, spreadMs: number): Promise<Id[]> {
    const { database } = open();
    const slots = await addSlots(database, holds);
    const [client = 0] = await addClients(database, 1);
    const { rows } = await database.statement((tx) =>
      sql<{ id: Id }>`
        insert into reservation (slot_id, client_id, status, held_at, changed_at, expires_at)
        select slot, ${client}, 'held', now.at, now.at,
               now.at + interval '100 milliseconds' + (n * ${spreadMs / holds}::double precision) * interval '1 millisecond'
          from unnest(${slots}::bigint[]) with ordinality each (slot, n), (select holdfast_clock() as at) now
        returning id`.execute(tx),
    );
    return rows.map(({ id }) => id);
  }

  const startInstance = () =>
    startChildServer({ DATABASE_URL: open().url ?? '', HOLD_TTL: '1h', SWEEP_EVERY: '24h', MIN_NOTICE: '0s' });

  /** The instance that has ended most holds since the last call: the one that would end the next. */
  async function findWorker(instances: readonly ChildServer[], ends: AnnouncedEnds): Promise<ChildServer> {
    const before = await Promise.all(instances.map(batchesOf));
    for (let probe = 0; probe < 3; probe += 1) await ends.untilEnded(await insertHolds(1, 0));
    const after = await Promise.all(instances.map(batchesOf));
    const ended = after.map((batches, at) => batches - (before[at] ?? 0));
    const worker = instances[ended.indexOf(Math.max(...ended))];
    if (!worker) throw new Error('there is no instance');
    return worker;
  }

  /** Loses an instance among holds that expire. @returns how late their ends were announced, in milliseconds */
  async function loseAmongHolds(database: Database, ends: AnnouncedEnds, lose: () => void) {
    const holds = await insertHolds(HOLDS, SPREAD_MS);
    await ends.untilEnded(holds.slice(0, HOLDS / 2));
    lose();
    await ends.untilEnded(holds);
    await ends.untilHeld((await insertHolds(1, 0))[0] ?? 0);
    for (const each of holds) expect(ends.timesOf(each)).toHaveLength(1);
    const delays = await database.read((reader) => delaysOf(reader, ends, holds));
    return Math.max(...delays);
  }

  it('one of three instances is killed and another one freezes, and every end is announced once and in time', async () => {
    const { database } = open();
    await using observer = await openListeningApp(database);
    await using ends = await listenToEnds(observer.client);
    const delays = { killed: [] as number[], frozen: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      await using instances = new AsyncDisposableStack();
      const started = await Promise.all(Array.from({ length: 3 }, startInstance));
      for (const each of started) instances.use(each);
      const killed = await findWorker(started, ends);
      delays.killed.push(await loseAmongHolds(database, ends, () => killed.signal('SIGKILL')));
      const left = started.filter((each) => each !== killed);
      const frozen = await findWorker(left, ends);
      delays.frozen.push(await loseAmongHolds(database, ends, () => frozen.signal('SIGSTOP')));
      frozen.signal('SIGCONT');
      expect(left.flatMap(({ complaints }) => complaints)).toEqual([]);
    }
    expect(Math.max(...delays.killed, ...delays.frozen)).toBeLessThan(WITHIN_MS);
  });

  it('while all instances are frozen no end is announced, and one that wakes announces it', async () => {
    const { database } = open();
    await using observer = await openListeningApp(database);
    await using ends = await listenToEnds(observer.client);
    await using one = await startInstance();
    await using other = await startInstance();
    await ends.untilEnded(await insertHolds(1, 0));
    one.signal('SIGSTOP');
    other.signal('SIGSTOP');
    const [hold = 0] = await insertHolds(1, 0);
    while (!(await isPast(database, hold)));
    await ends.untilHeld((await insertHolds(1, 0))[0] ?? 0);
    expect(ends.timesOf(hold)).toEqual([]);
    one.signal('SIGCONT');
    await ends.untilEnded([hold], WITHIN_MS);
    other.signal('SIGCONT');
  });
});

async function batchesOf({ port }: ChildServer): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^holdfast_expiry_delay_seconds_count (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** Whether a hold should have been announced long ago. */
async function isPast(database: Database, hold: Id): Promise<boolean> {
  const { rows } = await database.read((reader) =>
    sql<{ past: boolean }>`
      select holdfast_clock() > expires_at + interval '1 second' as past from reservation where id = ${hold}`.execute(
      reader,
    ),
  );
  return rows[0]?.past ?? true;
}
