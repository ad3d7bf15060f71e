import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { replaceInFunction } from '../../../../test/support/database/break-function.ts';
import { eachDatabase, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { type Answered, ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import { until } from '../../../../test/support/server/until.ts';
import { supplierAt } from '../../../../test/support/supply/supplier-at.ts';
import { createLogger } from '../../../platform/logger.ts';
import { type RunningSimulator, startSimulator } from '../../../simulator/index.ts';
import { connectSuppliers } from '../adapters/connect-suppliers.ts';
import { startSync } from '../leader/start-sync.ts';
import type { Supplier } from '../supplier/supplier.ts';

const HOUR_MS = 3_600_000;
const READERS = 100;
const WITHIN = { timeout: 10_000 };
/** Short, so that a pull too many would be sent at once. */
const TUNING = { pollMs: 5, retry: { baseMs: 5, capMs: 5 } };

let supplierCount = 0;

function venueOf({ url }: RunningSimulator, pulls = 1): Supplier {
  supplierCount += 1;
  return supplierAt(url, 'snapshot', { id: `hourly-${supplierCount}`, pullLimits: [{ pulls, windowMs: HOUR_MS }] });
}

interface ItemsBody {
  readonly items: readonly object[];
  readonly observed_at: string | null;
  readonly next_pull_at: string | null;
}

interface StatusBody {
  readonly now: string;
  readonly suppliers: readonly { readonly last_error: string | null; readonly next_pull_at: string | null }[];
}

const itemsOf = ({ body }: Answered) => body as ItemsBody;

// The simulated supplier has no limit of its own: it would accept a pull too many, and its log would show it.
eachDatabase('supplier that may be pulled once an hour', (open) => {
  beforeAll(async () => {
    const { clock, database } = open();
    await clock.take();
    await database.transaction((tx) => sql`create sequence refusal`.execute(tx));
    await replaceInFunction(
      database,
      'reserve_pull',
      "outcome := 'wait'",
      "perform nextval('refusal'); outcome := 'wait'",
    );
  });

  /** Runs the routes and the sync of one program. */
  async function run(supplier: Supplier) {
    await using stack = new AsyncDisposableStack();
    const { database, clock }: TestDatabase = open();
    const app = await openTestApp(database, {}, { suppliers: [supplier] });
    stack.defer(() => app.close());
    stack.use(startSync({ database, clock, logger: createLogger('silent') }, connectSuppliers([supplier]), TUNING));
    const owned = stack.move();
    return { app, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  }

  /** Resolves when the ledger has refused another pull. */
  async function pullRefused(): Promise<void> {
    const count = async () => {
      const { rows } = await open().database.read((reader) =>
        sql<{ count: number }>`select case when is_called then last_value else 0 end as count from refusal`.execute(
          reader,
        ),
      );
      return rows[0]?.count ?? 0;
    };
    const before = await count();
    await expect.poll(count, WITHIN).toBeGreaterThan(before);
  }

  it('one pull answers a hundred requests that found nothing yet', async () => {
    await using simulator = await startSimulator({ kind: 'snapshot' });
    await using program = await run(venueOf(simulator));
    const answers = await Promise.all(Array.from({ length: READERS }, () => ask(program.app, 'GET', '/api/items')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: READERS }, () => 200));
    expect(new Set(answers.map((answer) => itemsOf(answer).observed_at)).size).toBe(1);
    for (const answer of answers) expect(itemsOf(answer).items.length).toBeGreaterThan(30);
    await pullRefused();
    expect(simulator.log()).toHaveLength(1);
  });

  it('a restart within the hour sends no pull and answers at once from the database', async () => {
    await using simulator = await startSimulator({ kind: 'snapshot' });
    const supplier = venueOf(simulator);
    let before: ItemsBody;
    {
      await using first = await run(supplier);
      before = itemsOf(await ask(first.app, 'GET', '/api/items'));
    }
    await open().clock.advance('30 minutes');
    await using again = await run(supplier);
    const answer = await ask(again.app, 'GET', '/api/items');
    expect(itemsOf(answer).items.length).toBeGreaterThan(30);
    expect(itemsOf(answer).observed_at).toBe(before.observed_at);
    expect(Number(answer.headers.age)).toBeGreaterThanOrEqual(1_800);
    await pullRefused();
    expect(simulator.log()).toHaveLength(1);
  });

  it('a failed pull is repeated after an hour, and not before', async () => {
    await using simulator = await startSimulator({ kind: 'snapshot' });
    simulator.setFaults({ error: { next: 1 } });
    await using program = await run(venueOf(simulator));
    const status = async () => (await ask(program.app, 'GET', '/api/v1/sync/status')).body as StatusBody;
    await expect.poll(async () => (await status()).suppliers[0]?.last_error, WITHIN).toMatch(/^everything: .*500/);
    const { now, suppliers } = await status();
    const aheadMs = Date.parse(suppliers[0]?.next_pull_at ?? '') - Date.parse(now);
    expect(aheadMs).toBeGreaterThan(HOUR_MS - 20_000);
    expect(aheadMs).toBeLessThanOrEqual(HOUR_MS + 1_000);
    await pullRefused();
    expect(simulator.log().map((entry) => entry.status)).toEqual([500]);
    await open().clock.advance('61 minutes');
    await until('the supplier is pulled again', () => simulator.log().length > 1);
    expect(itemsOf(await ask(program.app, 'GET', '/api/items')).items.length).toBeGreaterThan(30);
    await pullRefused();
    expect(simulator.log().map((entry) => entry.status)).toEqual([500, 200]);
  });

  it('control: a supplier that may be pulled twice an hour is pulled twice', async () => {
    await using simulator = await startSimulator({ kind: 'snapshot' });
    await using _ = await run(venueOf(simulator, 2));
    await until('the supplier is pulled twice', () => simulator.log().length === 2);
    await pullRefused();
    expect(simulator.log()).toHaveLength(2);
  });
});
