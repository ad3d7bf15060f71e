import { fileURLToPath } from 'node:url';
import type { BenchRun, Figure, Findings } from '../figure.ts';
import { HTTP_LOAD_NOTE, measureHttpHolds } from '../load/http-holds.ts';
import { ratios, takeTurns } from '../rounds.ts';
import { openTemplate } from '../stock/bench-database.ts';
import { HOLD_STOCK, HOLD_STOCK_NOTE } from '../stock/hold-stock.ts';

export const holdsAgainstPlainTransactions: Figure = {
  name: 'b4',
  title: 'durable holds through HTTP ÷ one plain transaction per request through the same HTTP server',
  measure,
};

const ENTRY = fileURLToPath(new URL('../processes/limited-server.ts', import.meta.url));

/** Batches of one caller, as many at once as the pool has connections: a server without group commit. */
const PLAIN = JSON.stringify({ maxBatchSize: 1, maxConcurrent: 10, maxWaiting: 4_096 });

async function measure(run: BenchRun): Promise<Findings> {
  await using template = await openTemplate(run.postgresUrl, HOLD_STOCK);
  const [batched = [], plain = []] = await takeTurns(
    run.rounds,
    [
      { name: 'batched, holds/s', measure: () => measureHttpHolds(run, template, [ENTRY]) },
      { name: 'plain, holds/s', measure: () => measureHttpHolds(run, template, [ENTRY, PLAIN]) },
    ],
    run.say,
  );
  return {
    measures: [
      { what: 'batched ÷ plain', unit: '', goal: { kind: 'at least', value: 5 }, values: ratios(batched, plain) },
      { what: 'batched', unit: 'holds/s', values: batched },
      { what: 'one transaction per request', unit: 'holds/s', values: plain },
    ],
    notes: [
      HTTP_LOAD_NOTE,
      HOLD_STOCK_NOTE,
      'plain side: batches of one caller, 10 at once, on a pool of 10; each is one statement and one round trip',
      'verified on both sides: the database has one reservation for each acknowledged hold',
    ],
  };
}
