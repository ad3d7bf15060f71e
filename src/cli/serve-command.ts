import closeWithGrace from 'close-with-grace';
import { startServer } from '../compose/start-server.ts';
import { readConfig } from '../config/config.ts';
import { createLogger } from '../platform/logger.ts';
import { formatGreeting } from './greeting.ts';
import { defineCommand } from './parsing/command.ts';

/** Maximum time of a stop, from when connections are no longer accepted. */
export const STOP_WITHIN_MS = 10_000;
/** Where the output is a terminal, no balancer has to notice the stop first. */
const DRAIN_MS = { terminal: 0, service: 5_000 } as const;

export const serveCommand = defineCommand({
  name: 'serve',
  summary: 'Run the server',
  description:
    'Runs the server until it receives SIGINT or SIGTERM. Without DATABASE_URL it opens an embedded database in ' +
    '.holdfast/ and fills it with sample data. It brings the schema of its database up to date first.',
  options: {},
  examples: [
    { command: 'holdfast serve', description: 'Listen at http://127.0.0.1:3000' },
    { command: 'PORT=0 HOLDFAST_DATA_DIR=memory: holdfast serve', description: 'Pick a free port and keep nothing' },
    { command: 'DATABASE_URL=postgres://postgres@127.0.0.1/holdfast holdfast serve', description: 'Use PostgreSQL' },
  ],
  async run(_values, { env, stdout, version }) {
    const config = readConfig(env);
    const logger = createLogger(config.logLevel);
    const server = await startServer(config, logger, version);
    stdout.write(formatGreeting(server, config));
    const drainMs = config.drainMs ?? (stdout.isTTY ? DRAIN_MS.terminal : DRAIN_MS.service);
    const { uninstall } = closeWithGrace(
      { delay: drainMs + STOP_WITHIN_MS, logger: false },
      async ({ signal, err }) => {
        if (err) logger.fatal({ err }, 'stopping after an uncaught error');
        else logger.info({ signal }, 'stopping');
        // After an uncaught error nothing more is served than has to be.
        await server.stop(err ? 0 : drainMs);
        logger.info('stopped');
      },
    );
    try {
      await server.backgroundStarted;
    } catch (error) {
      // Its exit code would be 0.
      uninstall();
      await server.stop(0);
      throw error;
    }
  },
});
