import { composeApp } from '../../src/compose/compose-app.ts';
import { openDatabase } from '../../src/compose/open-database.ts';
import { readConfig } from '../../src/config/config.ts';
import type { BatchLimits } from '../../src/modules/reservations/index.ts';
import { createLogger } from '../../src/platform/logger.ts';

/**
 * Serves the ordinary HTTP surface on a migrated database, optionally with other batch limits, and without background
 * work: `node limited-server.ts '<BatchLimits as JSON>'`.
 */
const [, , json] = process.argv;
const overrides = json === undefined ? {} : { limits: JSON.parse(json) as BatchLimits };
const config = readConfig(process.env);
const logger = createLogger(config.logLevel);
const opened = await openDatabase(config, logger);
const { app } = await composeApp(config, opened.database, logger, '0.0.0', overrides);
const address = await app.listen({ host: config.host, port: config.port });
process.stdout.write(`listening at ${address}\n`);
process.once('SIGTERM', async () => {
  await app.close();
  await opened[Symbol.asyncDispose]();
});
