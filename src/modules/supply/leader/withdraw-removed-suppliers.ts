import type { Database } from '../../../platform/db/database.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { readRemoved, withdrawSupplier } from './withdrawal-store.ts';

const EVERY_MS = 60_000;

/** Starts the job that takes slots off sale whose supplier was removed from the configuration. */
export async function startWithdrawing(
  jobs: Jobs,
  database: Database,
  suppliers: readonly Supplier[],
  logger: Logger,
): Promise<void> {
  await jobs.every('withdraw-suppliers', EVERY_MS, () => withdrawRemoved(database, suppliers, logger));
}

export async function withdrawRemoved(
  database: Database,
  suppliers: readonly Pick<Supplier, 'id'>[],
  logger: Logger,
): Promise<void> {
  const configuredIds = suppliers.map(({ id }) => id);
  for (const { id, is_active } of await database.read((reader) => readRemoved(reader, configuredIds))) {
    if (!is_active) continue;
    const { slots, writeBacks } = await database.transaction((tx) => withdrawSupplier(tx, id));
    if (slots + writeBacks === 0) continue;
    logger.warn(
      { supplier: id, slots, writeBacks },
      'supplier is no longer configured: its slots are off sale and its waiting write-backs are parked',
    );
  }
}
