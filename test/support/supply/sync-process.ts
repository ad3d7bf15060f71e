// The sync of one supplier by one instance, as a process that a test can kill: `node sync-process.ts`. The environment
// carries the database, the supplier and the settings.

import { connectSuppliers, type Supplier, startSync } from '../../../src/modules/supply/index.ts';
import { SampledClock } from '../../../src/platform/db/database-clock.ts';
import { openPostgres } from '../../../src/platform/db/postgres-driver.ts';
import { createLogger } from '../../../src/platform/logger.ts';

const { DATABASE_URL = '', SUPPLIER = '{}', TUNING = '{}', HTTP = '{}' } = process.env;
const logger = createLogger('silent');
const database = openPostgres({ url: DATABASE_URL, constraints: {}, maxConnections: 3, onBroken() {} });
const clock = new SampledClock();
await database.openFeed(clock, logger);
const supplier = { ...(JSON.parse(SUPPLIER) as Supplier), apiKey: undefined };
const sync = startSync({ database, clock, logger }, connectSuppliers([supplier], JSON.parse(HTTP)), JSON.parse(TUNING));
process.stdout.write('syncing\n');
process.once('SIGTERM', async () => {
  await sync[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});
