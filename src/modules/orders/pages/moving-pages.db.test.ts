import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { type OtherProgram, openOtherProgram } from '../../../../test/support/database/other-program.ts';
import { onPostgres, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { seededRandom } from '../../../platform/seeded-random.ts';

const PAGE_SIZE = 3;
const TRANSACTIONS = 150;
const READERS = 4;

/** The ids of all orders after each transaction of the writer, ascending. The first state is before any transaction. */
type States = (readonly number[])[];

interface Read {
  readonly page: number;
  readonly ids: readonly number[];
  readonly total: number;
  /** Indexes of the earliest and the latest state that the answer may show. */
  readonly from: number;
  readonly to: number;
}

function pageOf(state: readonly number[], page: number): readonly number[] {
  return state.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
}

/** Whether a page is that of a single state. */
function isExplained(states: States, { page, ids, total, from, to }: Read): boolean {
  return states
    .slice(from, to + 1)
    .some((state) => state.length === total && pageOf(state, page).join() === ids.join());
}

/** The page that results from the block counts of one state and the ids of the next. */
function mixedPage(counted: readonly number[], present: readonly number[], page: number): readonly number[] {
  const first = counted[(page - 1) * PAGE_SIZE];
  if (first === undefined) return [];
  const block = first >> 8;
  const place = counted.filter((id) => id >> 8 === block).indexOf(first);
  return present.filter((id) => id >> 8 >= block).slice(place, place + PAGE_SIZE);
}

/** Reproducible random integers below `sides`. */
function createDice(seed: number): (sides: number) => number {
  const random = seededRandom(seed);
  return (sides) => random.integer(0, sides - 1);
}

/** A transaction of one to three statements, and the ids of all orders after it. */
function rollTransaction(
  dice: (sides: number) => number,
  before: readonly number[],
): { text: string; after: number[] } {
  const ids = new Set(before);
  const statements = Array.from({ length: 1 + dice(3) }, () => {
    const kind = dice(5);
    const present = [...ids];
    if (kind === 0 && present.length > 20) {
      const gone = Array.from({ length: 1 + dice(2) }, () => present[dice(present.length)] ?? 0);
      for (const id of gone) ids.delete(id);
      return `delete from orders where id in (${gone.join()})`;
    }
    if (kind === 1) return `update orders set status = 'cancelled' where id = ${present[dice(present.length)] ?? 0}`;
    const near = kind === 2 ? Math.max(0, ...present) + 1 : 1 + dice(2_000);
    const fresh = [near, near + 1 + dice(300)].filter((id) => !ids.has(id));
    for (const id of fresh) ids.add(id);
    if (fresh.length === 0) return 'select 1';
    return `insert into orders (id, customer, currency) select id, 'C', 'USD' from unnest(array[${fresh.join()}]) id`;
  });
  return { text: `begin; ${statements.join('; ')}; commit`, after: [...ids].sort((a, b) => a - b) };
}

onPostgres('pages while another program inserts, cancels and deletes', (open) => {
  const other = openOtherProgram(open);
  let states: States = [];

  beforeEach(async () => {
    await other().run('truncate orders cascade');
    const ids = Array.from({ length: 60 }, (_, index) => 1 + index * 33);
    await other().run(
      `insert into orders (id, customer, currency) select id, 'C', 'USD' from unnest(array[${ids.join()}]) id`,
    );
    states = [ids];
  });

  async function readPage(app: HttpServer, page: number, headers: Record<string, string> = {}) {
    const { status, text, body } = await ask(app, 'GET', `/orders/${page}`, undefined, headers);
    expect(status, text).toBe(200);
    const { total_orders: total, orders } = body as { total_orders: number; orders: { order_id: number }[] };
    return { total, ids: orders.map(({ order_id }) => order_id) };
  }

  /** Reads pages while a writer changes orders. Calls `injectFault` after every tenth transaction. */
  async function race(app: HttpServer, seed: number, injectFault: () => Promise<unknown>): Promise<Read[]> {
    const reads: Read[] = [];
    let received = 0;
    let begun = 0;
    let writing = true;
    const write = async () => {
      const dice = createDice(seed);
      while (begun < TRANSACTIONS) {
        const { text, after } = rollTransaction(dice, states.at(-1) ?? []);
        states.push(after);
        begun += 1;
        await other().run(text);
        if (begun % 10 > 0) continue;
        await injectFault();
        await settled(open());
        received = begun;
      }
      writing = false;
    };
    const read = async (reader: number) => {
      const dice = createDice(seed * 31 + reader);
      while (writing) {
        const page = 1 + dice(Math.ceil((states.at(-1)?.length ?? 0) / PAGE_SIZE));
        const from = received;
        const headers: Record<string, string> = dice(8) === 0 ? { 'cache-control': 'no-cache' } : {};
        const seen = await readPage(app, page, headers);
        reads.push({ page, ...seen, from, to: begun });
      }
    };
    await Promise.all([write(), ...Array.from({ length: READERS }, (_, reader) => read(reader))]);
    return reads;
  }

  /** Differences between the served pages and a plain query with OFFSET. */
  async function differences(app: HttpServer): Promise<string[]> {
    await settled(open());
    const found: string[] = [];
    const { length } = states.at(-1) ?? [];
    for (let page = 1; page <= Math.ceil(length / PAGE_SIZE) + 1; page += 1) {
      const { ids, total } = await readPage(app, page);
      const expected = await naivePage(other(), page);
      if (`${ids}` !== `${expected}` || total !== length)
        found.push(`page ${page}: ${ids} of ${total}, not ${expected}`);
    }
    return found;
  }

  it.each([1, 2, 3])('every page is that of one moment, and the last pages are right (seed %i)', async (seed) => {
    const app = await openTestApp(open().database, { ORDERS_PAGE_SIZE: String(PAGE_SIZE) });
    const reads = await race(app, seed, async () => {});
    expect(reads.length).toBeGreaterThan(TRANSACTIONS);
    expect(reads.filter((read) => !isExplained(states, read))).toEqual([]);
    expect(await differences(app)).toEqual([]);
  });

  it('every page is that of one moment while the change feed is disconnected repeatedly', async () => {
    const app = await openTestApp(open().database, { ORDERS_PAGE_SIZE: String(PAGE_SIZE) });
    const reads = await race(app, 4, () =>
      other().run(`select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and application_name = 'holdfast feed'`),
    );
    expect(reads.filter((read) => !isExplained(states, read))).toEqual([]);
    expect(await differences(app)).toEqual([]);
  });

  it('control: pages mixed from two moments are found', () => {
    const dice = createDice(1);
    for (let n = 0; n < TRANSACTIONS; n += 1) states.push(rollTransaction(dice, states.at(-1) ?? []).after);
    const mixed = states.slice(1).flatMap((state, index) => {
      const before = states[index] ?? [];
      const pages = Array.from({ length: Math.ceil(before.length / PAGE_SIZE) }, (_, page) => page + 1);
      return pages.map((page) => {
        const read = { page, ids: mixedPage(before, state, page), from: index, to: index + 1 };
        return (
          isExplained(states, { ...read, total: before.length }) ||
          isExplained(states, { ...read, total: state.length })
        );
      });
    });
    expect(mixed.filter((explained) => !explained).length).toBeGreaterThan(100);
  });

  it('control: a page with an unannounced deletion is found', async () => {
    const app = await openTestApp(open().database, { ORDERS_PAGE_SIZE: String(PAGE_SIZE) });
    expect(await differences(app)).toEqual([]);
    await other().run(
      'alter table orders disable trigger count_deleted_orders; alter table orders disable trigger announce_delete',
    );
    await other().run('delete from orders where id = 34');
    states = [states.at(-1)?.filter((id) => id !== 34) ?? []];
    expect(await differences(app)).not.toEqual([]);
    await other().run(
      'alter table orders enable trigger count_deleted_orders; alter table orders enable trigger announce_delete',
    );
  });
});

/** Resolves when the other program's changes have arrived: a commit of this program returns after them. */
function settled({ database }: TestDatabase): Promise<unknown> {
  return database.transaction((tx) => sql`select 1`.execute(tx));
}

async function naivePage(program: OtherProgram, page: number): Promise<number[]> {
  const rows = await program.run(
    `select id::integer from orders order by id offset ${(page - 1) * PAGE_SIZE} limit ${PAGE_SIZE}`,
  );
  return (rows as { id: number }[]).map(({ id }) => id);
}
