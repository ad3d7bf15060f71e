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
import type { Supplier } from '../supplier/supplier.ts';
import { startSync } from '../sync/start-sync.ts';

const HOUR_MS = 3_600_000;
const READERS = 100;
const WITHIN = { timeout: 10_000 };
/** In a hurry, so that a pull too many would come at once. */
const TUNING = { lookEveryMs: 5, failedRestMs: 5 };

let supplierIds = 0;

function venueOf({ url }: RunningSimulator, pulls = 1): Supplier {
  supplierIds += 1;
  return supplierAt(url, 'snapshot', { id: `hourly-${supplierIds}`, pullLimits: [{ pulls, windowMs: HOUR_MS }] });
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

// The simulator has no limit of its own: it would accept a pull too many, and its log would show it.
eachDatabase('a source that may be read once an hour', (open) => {
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

  /** One run of the program: what it serves and what it pulls. */
  async function run(supplier: Supplier) {
    await using stack = new AsyncDisposableStack();
    const { database, clock }: TestDatabase = open();
    const app = await openTestApp(database, {}, { suppliers: [supplier] });
    stack.defer(() => app.close());
    stack.use(startSync({ database, clock, logger: createLogger('silent') }, connectSuppliers([supplier]), TUNING));
    const owned = stack.move();
    return { app, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  }

  /** Resolves when somebody who would pull again has been told to wait. */
  async function refused(): Promise<void> {
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

  it('is read once for a hundred readers who find nothing yet, and all of them are answered', async () => {
    await using simulator = await startSimulator({ kind: 'snapshot' });
    await using program = await run(venueOf(simulator));
    const answers = await Promise.all(Array.from({ length: READERS }, () => ask(program.app, 'GET', '/api/items')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: READERS }, () => 200));
    expect(new Set(answers.map((answer) => itemsOf(answer).observed_at)).size).toBe(1);
    for (const answer of answers) expect(itemsOf(answer).items.length).toBeGreaterThan(30);
    await refused();
    expect(simulator.log()).toHaveLength(1);
  });

  it('is not read again by a start within the hour, which answers at once with what is known', async () => {
    await using simulator = await startSimulator({ kind: 'snapshot' });
    const supplier = venueOf(simulator);
    let known: ItemsBody;
    {
      await using first = await run(supplier);
      known = itemsOf(await ask(first.app, 'GET', '/api/items'));
    }
    await open().clock.advance('30 minutes');
    await using again = await run(supplier);
    const answer = await ask(again.app, 'GET', '/api/items');
    expect(itemsOf(answer).items.length).toBeGreaterThan(30);
    expect(itemsOf(answer).observed_at).toBe(known.observed_at);
    expect(Number(answer.headers.age)).toBeGreaterThanOrEqual(1_800);
    await refused();
    expect(simulator.log()).toHaveLength(1);
  });

  it('is not asked again within the hour when it fails, and is after it', async () => {
    await using simulator = await startSimulator({ kind: 'snapshot' });
    simulator.setFaults({ error: { next: 1 } });
    await using program = await run(venueOf(simulator));
    const status = async () => (await ask(program.app, 'GET', '/api/v1/sync/status')).body as StatusBody;
    await expect.poll(async () => (await status()).suppliers[0]?.last_error, WITHIN).toMatch(/^everything: .*500/);
    const { now, suppliers } = await status();
    const aheadMs = Date.parse(suppliers[0]?.next_pull_at ?? '') - Date.parse(now);
    expect(aheadMs).toBeGreaterThan(HOUR_MS - 20_000);
    expect(aheadMs).toBeLessThanOrEqual(HOUR_MS + 1_000);
    await refused();
    expect(simulator.log().map((entry) => entry.status)).toEqual([500]);
    await open().clock.advance('61 minutes');
    await until('it is asked again', () => simulator.log().length > 1);
    expect(itemsOf(await ask(program.app, 'GET', '/api/items')).items.length).toBeGreaterThan(30);
    await refused();
    expect(simulator.log().map((entry) => entry.status)).toEqual([500, 200]);
  });

  it('control: is read twice where twice is allowed', async () => {
    await using simulator = await startSimulator({ kind: 'snapshot' });
    await using _ = await run(venueOf(simulator, 2));
    await until('it is read twice', () => simulator.log().length === 2);
    await refused();
    expect(simulator.log()).toHaveLength(2);
  });
});
