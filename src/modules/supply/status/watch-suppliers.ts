import type { Database, Reader } from '../../../platform/db/database.ts';
import type { Metrics, Sample } from '../../../platform/metrics.ts';
import { readOnScrape } from '../../../platform/read-on-scrape.ts';
import { toMs } from '../../../platform/time/instant.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { formatLimit } from './sync-status.ts';
import { readPullsInWindows, readSyncProgress } from './sync-status-store.ts';

/** Adds the state of every supplier's sync to the metrics, as the database has it: every instance says the same. */
export function watchSuppliers(metrics: Metrics, database: Database, suppliers: readonly Supplier[]): void {
  if (suppliers.length === 0) return;
  const states = readOnScrape(() =>
    database.read((reader) => Promise.all(suppliers.map((supplier) => readState(reader, supplier)))),
  );
  const gauge = (name: string, help: string, labels: readonly string[], toSamples: (state: State) => Sample[]) => {
    metrics.gauge(name, help, ['supplier', ...labels], async () => ((await states()) ?? []).flatMap(toSamples));
  };

  gauge('holdfast_pulls_in_window', 'Pulls that count against a pull limit now', ['limit'], ({ supplier, pulls }) =>
    supplier.pullLimits.map((limit, index) => ({
      labels: { supplier: supplier.id, limit: formatLimit(limit) },
      value: pulls[index] ?? 0,
    })),
  );
  gauge('holdfast_pulls_allowed', 'Pulls that a pull limit allows in its window', ['limit'], ({ supplier }) =>
    supplier.pullLimits.map((limit) => ({
      labels: { supplier: supplier.id, limit: formatLimit(limit) },
      value: limit.pulls,
    })),
  );
  gauge(
    'holdfast_partitions',
    "Partitions of a supplier's inventory within their target age, and overdue ones",
    ['state'],
    ({ supplier: { id }, done, total }) => [
      { labels: { supplier: id, state: 'fresh' }, value: done },
      { labels: { supplier: id, state: 'overdue' }, value: total - done },
    ],
  );
  gauge(
    'holdfast_supplier_oldest_observation_timestamp_seconds',
    'When the oldest partition that is on sale was observed',
    [],
    ({ supplier: { id }, oldest_observed_at: at }) =>
      at === null ? [] : [{ labels: { supplier: id }, value: toMs(at) / 1_000 }],
  );
  gauge(
    'holdfast_supplier_failing',
    '1 while pulls from the supplier fail, 0 while not',
    [],
    ({ supplier: { id }, failing }) => [{ labels: { supplier: id }, value: Number(failing) }],
  );
  gauge(
    'holdfast_supplier_paused',
    '1 while the sync of the supplier is paused, 0 while not',
    [],
    ({ supplier: { id }, paused }) => [{ labels: { supplier: id }, value: Number(paused) }],
  );
}

type State = Awaited<ReturnType<typeof readState>>;

async function readState(reader: Reader, supplier: Supplier) {
  const [pulls, progress] = await Promise.all([
    readPullsInWindows(reader, supplier),
    readSyncProgress(reader, supplier),
  ]);
  return { supplier, pulls, ...progress };
}
