import type { BenchRun, Figure, Findings } from '../figure.ts';
import { HTTP_LOAD_NOTE, measureHttpHolds } from '../load/http-holds.ts';
import { measurePgbenchHolds, PGBENCH_NOTE } from '../load/pgbench-holds.ts';
import { PROGRAM } from '../processes/server-process.ts';
import { ratios, takeTurns } from '../rounds.ts';
import { openTemplate } from '../stock/bench-database.ts';
import { HOLD_STOCK, HOLD_STOCK_NOTE } from '../stock/hold-stock.ts';

export const holdsAgainstPgbench: Figure = {
  name: 'b3',
  title: 'durable holds through HTTP ÷ one transaction per hold from pgbench -M prepared',
  measure,
};

async function measure(run: BenchRun): Promise<Findings> {
  await using template = await openTemplate(run.postgresUrl, HOLD_STOCK);
  const [http = [], pgbench = []] = await takeTurns(
    run.rounds,
    [
      { name: 'HTTP, holds/s', measure: () => measureHttpHolds(run, template, [PROGRAM, 'serve']) },
      { name: 'pgbench, holds/s', measure: () => measurePgbenchHolds(template) },
    ],
    run.say,
  );
  return {
    measures: [
      { what: 'HTTP ÷ pgbench', unit: '', goal: { kind: 'at least', value: 1.5 }, values: ratios(http, pgbench) },
      { what: 'through HTTP', unit: 'holds/s', values: http },
      { what: 'pgbench', unit: 'holds/s', values: pgbench },
    ],
    notes: [
      HTTP_LOAD_NOTE,
      PGBENCH_NOTE,
      HOLD_STOCK_NOTE,
      'verified on both sides: the database has one reservation for each acknowledged hold',
    ],
  };
}
