import { composeApp } from '../../src/compose/compose-app.ts';
import { openDatabase } from '../../src/compose/open-database.ts';
import { readConfig } from '../../src/config/config.ts';
import type { BatchLimits } from '../../src/modules/reservations/index.ts';
import { createLogger } from '../../src/platform/logger.ts';

/**
 * The ordinary HTTP surface, with other batch limits than the program has when they are given:
 * `node limited-server.ts '<BatchLimits as JSON>'`. The schema must be there; nothing runs in the background.
 */
const [, , json] = process.argv;
const variations = json === undefined ? {} : { limits: JSON.parse(json) as BatchLimits };
const config = readConfig(process.env);
const logger = createLogger(config.logLevel);
const opened = await openDatabase(config, logger);
const { app } = await composeApp(config, opened.database, logger, '0.0.0', variations);
const address = await app.listen({ host: config.host, port: config.port });
process.stdout.write(`listening at ${address}\n`);
process.once('SIGTERM', async () => {
  await app.close();
  await opened[Symbol.asyncDispose]();
});
